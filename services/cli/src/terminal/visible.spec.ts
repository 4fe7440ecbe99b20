import { jsonLine, visible, visibleIn } from './visible';

const clear = '\u001b[2J\u001b]0;title\u0007';
const shown = '\\x1b[2J\\x1b]0;title\\x07';

describe('untrusted text on a terminal', () => {
  it.each([
    ['an order', clear, shown],
    ['one of a single character', '\u009b2J\r', '\\x9b2J\\x0d'],
    ['text that runs backwards', 'a\u202eb\u2069', 'a\\u202eb\\u2069'],
    ['a line end of another kind', 'a\u2028b', 'a\\u2028b'],
  ])('%s is shown, and not done', (_, text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  it('keeps lines, tabs and every language', () => {
    expect(visible('\ta\n→ 日本 é 👩‍👧')).toBe('\ta\n→ 日本 é 👩‍👧');
  });

  it('is escaped in every text of a value, which keeps its shape', () => {
    const value = { [clear]: [{ reason: clear, at: null, count: 1, is: true }], none: undefined };
    expect(visibleIn(value)).toEqual({
      [shown]: [{ reason: shown, at: null, count: 1, is: true }],
      none: undefined,
    });
  });

  it('is escaped in JSON with the same content', () => {
    const value = { reason: `${clear}\u009b2J\u202e` };
    const line = jsonLine(value);
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toEqual(value);
  });
});
