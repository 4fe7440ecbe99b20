/**
 * Control characters except tab and line end: they could erase text that a person has to judge. And characters that change
 * the direction of text or break lines without a line end: they could show the words in another order.
 */
const orders = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (order: string): string => {
  const code = order.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
};

/** Untrusted text for a terminal: control characters are escaped as in source code. */
export const visible = (text: string): string => text.replace(orders, escaped);

/** The same for every text in a value, so that each part of it can be printed. */
export function visibleIn<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return value.map(visibleIn) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [visible(name), visibleIn<unknown>(member)]),
  ) as T;
}

/** One line of JSON with the same content that is harmless on a terminal. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replace(orders, (order) => `\\u${order.charCodeAt(0).toString(16).padStart(4, '0')}`);
