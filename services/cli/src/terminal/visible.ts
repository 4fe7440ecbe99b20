/**
 * Everything but tab and line end that a terminal takes for an order: it could erase what a person is asked to judge. And
 * what turns the direction of text or breaks lines where no line end is: it could show another order of words.
 */
const orders = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (order: string): string => {
  const code = order.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
};

/** Text that others wrote, for a terminal: control characters are shown as they are escaped in source code. */
export const visible = (text: string): string => text.replace(orders, escaped);

/** The same for every text in a value, so that whoever shows a part of it need not think of it. */
export function visibleIn<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return value.map(visibleIn) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [visible(name), visibleIn<unknown>(member)]),
  ) as T;
}

/** One line of JSON that says the same and is harmless on a terminal. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replace(orders, (order) => `\\u${order.charCodeAt(0).toString(16).padStart(4, '0')}`);
