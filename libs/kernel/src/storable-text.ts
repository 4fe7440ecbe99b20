/** What PostgreSQL text cannot hold: NUL, and half of a surrogate pair. Elsewhere it would fail in the middle of a transaction. */
const unstorable = /\0|\p{Surrogate}/u;
const everyUnstorable = /\0|\p{Surrogate}/gu;

export interface UnstorableText {
  /** Names and indexes on the way to the string; a name is given with its unstorable characters replaced. */
  readonly path: readonly string[];
  /** `U+0000`, or the surrogate as `U+D83D`. */
  readonly codePoint: string;
  /** Of the first such character in the string, from 0, in UTF-16 code units. */
  readonly index: number;
}

/** The strings in a JSON value that PostgreSQL text cannot hold, also as names of members; at most `max`. */
export function unstorableTexts(value: unknown, max = 100): UnstorableText[] {
  const found: UnstorableText[] = [];
  const collect = (text: string, path: readonly string[]): void => {
    const match = unstorable.exec(text);
    if (match) found.push({ path, codePoint: codePointOf(match[0]), index: match.index });
  };
  const walk = (member: unknown, path: readonly string[]): void => {
    if (found.length >= max) return;
    if (typeof member === 'string') collect(member, path);
    if (typeof member !== 'object' || member === null) return;
    for (const [key, inner] of Object.entries(member)) {
      const innerPath = [...path, storable(key)];
      if (found.length < max) collect(key, innerPath);
      walk(inner, innerPath);
    }
  };
  walk(value, []);
  return found;
}

/** Whether PostgreSQL text can hold every string in a JSON value. */
export const isStorable = (value: unknown): boolean => unstorableTexts(value, 1).length === 0;

/**
 * The same value with every character that PostgreSQL text cannot hold replaced by U+FFFD: tools print such characters,
 * and their result must not fail for it.
 */
export const storable = <T>(value: T): T => replaced(value) as T;

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(everyUnstorable, '\uFFFD');
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [replaced(key) as string, replaced(member)]),
  );
}

const codePointOf = (character: string): string =>
  `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
