import fc from 'fast-check';
import { isStorable } from './storable-text';
import { truncateEnd, truncateMiddle } from './truncate';

const texts = fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '\n'), maxLength: 400 });

describe.each([
  ['truncateEnd', truncateEnd, '…'],
  ['truncateMiddle', truncateMiddle, 'characters left out'],
])('%s', (_, truncate, mark) => {
  it('leaves a text alone that is short enough, and marks a cut in a longer one', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 100, max: 300 }), (text, maxLength) => {
        const kept = truncate(text, maxLength);
        expect(kept.length).toBeLessThanOrEqual(maxLength);
        if (text.length <= maxLength) expect(kept).toBe(text);
        else expect(kept).toContain(mark);
      }),
    );
  });

  it('cuts no character into halves', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 100, max: 300 }), (text, maxLength) => {
        expect(isStorable(truncate(text, maxLength))).toBe(true);
      }),
    );
  });
});

it('truncateMiddle keeps both ends and says how much is missing', () => {
  const kept = truncateMiddle(`first ${'x'.repeat(1000)} last`, 100);
  expect(kept).toMatch(/^first x+\n\[\.\.\. \d+ characters left out \.\.\.\]\nx+ last$/);
  const missing = Number(/(\d+) characters/.exec(kept)?.[1]);
  expect(kept.replace(/\n.*\n/, '').length + missing).toBe(1011);
});
