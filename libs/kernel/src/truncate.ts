/** The text without half of a surrogate pair at either end of the cut: PostgreSQL and UTF-8 hold none. */
const head = (text: string, length: number): string =>
  /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? text.slice(0, length - 1) : text.slice(0, length);
const tail = (text: string, length: number): string =>
  /[\uDC00-\uDFFF]/.test(text.charAt(text.length - length))
    ? text.slice(text.length - length + 1)
    : text.slice(text.length - length);

/** At most `maxLength` UTF-16 code units, as contracts count them. A cut is visible: it ends in `…`. */
export const truncateEnd = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : `${head(text, maxLength - 1)}…`;

/**
 * At most `maxLength` UTF-16 code units (at least 100), with the beginning and the end of the text and, between them, how much
 * is left out.
 */
export function truncateMiddle(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const mark = (left: number): string => `\n[... ${left} characters left out ...]\n`;
  const kept = maxLength - mark(text.length).length;
  const [first, last] = [head(text, Math.ceil(kept / 2)), tail(text, Math.floor(kept / 2))];
  return `${first}${mark(text.length - first.length - last.length)}${last}`;
}
