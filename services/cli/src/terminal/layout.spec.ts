import { clipped, labelled } from './layout';

describe('layout', () => {
  it('breaks between words and indents further lines to the text', () => {
    expect(labelled('Plan  ', 'review → enhance → test', 20)).toBe('Plan  review →\n      enhance → test');
  });

  it('does not break long words, and breaks nothing without a terminal', () => {
    expect(labelled('At  ', '/a/very/long/path', 10)).toBe('At  /a/very/long/path');
    expect(labelled('At  ', 'a b c d', Infinity)).toBe('At  a b c d');
  });

  it('counts columns: no colours, and wide characters twice', () => {
    expect(labelled('A ', '\u001b[1mbc\u001b[22m de', 7, '\u001b[1mA \u001b[22m')).toBe(
      '\u001b[1mA \u001b[22m\u001b[1mbc\u001b[22m de',
    );
    expect(clipped('日本語', 6)).toBe('日本語');
    expect(clipped('日本語', 5)).toBe('日本…');
  });

  it('cuts to one line with an ellipsis', () => {
    expect(clipped('benchmark run 4 of 10', 14)).toBe('benchmark run…');
    expect(clipped('two\n  lines', 20)).toBe('two lines');
    expect(clipped('whole', 5)).toBe('whole');
  });
});
