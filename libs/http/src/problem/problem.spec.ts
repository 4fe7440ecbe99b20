import { problem } from '@ymera/contracts';
import { errorKinds, failure } from '@ymera/kernel';
import { z } from 'zod';
import { failureToProblem, statusOf } from './problem';
import { validationFailure } from './validation-failure';

describe('failureToProblem', () => {
  it.each(errorKinds)('makes a documented problem of kind %s', (kind) => {
    const made = failureToProblem(failure(kind, 'some_code', 'What went wrong.'), {
      traceId: 'a'.repeat(32),
    });
    expect(problem.parse(made)).toEqual(made);
    expect(made).toMatchObject({ status: statusOf(kind), code: 'some_code', trace_id: 'a'.repeat(32) });
    expect(made.title).not.toBe('The request failed');
  });

  it('lets no details out but the errors of fields', () => {
    const { error } = z.object({ limit: z.number().max(5) }).safeParse({ limit: 6 });
    const refused = validationFailure(error ? [{ part: 'query', error }] : []);
    expect(failureToProblem(refused).errors).toEqual([{ path: 'query.limit', message: expect.any(String) }]);

    const internals = failure('conflict', 'busy', 'Busy.', { details: { sql: 'select', errors: 'none' } });
    expect(JSON.stringify(failureToProblem(internals))).not.toContain('select');
  });
});
