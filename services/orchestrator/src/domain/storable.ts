const unstorable = /\0|\p{Surrogate}/gu;

/**
 * The same value with every character replaced that PostgreSQL cannot keep (NUL, half of a surrogate pair): tools print
 * such things, and their result must not fail for it.
 */
export function storable<T>(value: T): T {
  return replaced(value) as T;
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(unstorable, '\uFFFD');
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [replaced(key) as string, replaced(member)]),
  );
}
