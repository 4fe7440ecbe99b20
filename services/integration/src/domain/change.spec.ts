import { uuid } from '@ymera/contracts';
import fc from 'fast-check';
import { changeIdOf } from './change';

describe('changeIdOf', () => {
  it('returns the same UUID for the same attempt and another for any other', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 100 }), (task, attempt) => {
        const id = changeIdOf(task, attempt);
        expect(uuid.safeParse(id).success).toBe(true);
        expect(changeIdOf(task, attempt)).toBe(id);
        expect(changeIdOf(task, attempt + 1)).not.toBe(id);
      }),
    );
  });
});
