/**
 * Whether every string in a JSON value is text that PostgreSQL keeps: no NUL, no half of a surrogate pair. Anything else
 * would fail in the middle of a transaction as if the platform were broken.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !/\0|\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
}
