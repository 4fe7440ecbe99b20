import fc from 'fast-check';
import { pathText } from './path-text';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('pathText', () => {
  it.each([
    ['src/ä.txt', Buffer.from('src/ä.txt'), 'src/ä.txt'],
    ['no UTF-8', bytes('src/caf\xe9.txt'), 'src/"caf\\351.txt"'],
    ['a name that starts like a quoted one', bytes('src/"caf\\351.txt"'), 'src/"\\"caf\\\\351.txt\\""'],
    ['a quote within a name', bytes('a"b/..'), 'a"b/..'],
    ['a parent segment after a name that is not UTF-8', bytes('\xe9/../x'), '"\\351"/../x'],
  ])('%s', (_, path, text) => {
    expect(pathText(path)).toBe(text);
  });

  it('maps different paths to different texts', () => {
    const odd = fc.array(fc.constantFrom('"', '\\', '3', '5', '1', '/', 'é', '\xc3', '\xa9', '.'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const [a, b] = [bytes(one.join('')), bytes(other.join(''))];
        return a.equals(b) === (pathText(a) === pathText(b));
      }),
      { numRuns: 2_000 },
    );
  });
});
