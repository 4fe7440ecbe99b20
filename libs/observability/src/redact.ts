const hidden = '[redacted]';

/** Field names whose values are never logged, compared without case, `_` and `-`. */
const secretFields =
  /(authorization|cookie|password|passwd|passphrase|secret|credentials?|apikey|privatekey|pepper)$|^(access|refresh|enrolment|callback)?token$/;

/** Tokens of principals, operators and enrolment; credentials in an authorization value; passwords in addresses. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/\bym[a-z]_[A-Za-z0-9_-]{4,}/g, hidden],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}/gi, `$1 ${hidden}`],
  // Limited: without a limit, a long word costs the square of its length.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,256}):[^\s/]{1,512}@/gi, `$1:${hidden}@`],
  [/\b(password|passwd|secret|token|api_key)=[^\s&;,'"]+/gi, `$1=${hidden}`],
];

const maxDepth = 8;

/** The same text without anything that looks like a secret. */
export const redactText = (text: string): string =>
  secretTexts.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);

const isSecretField = (name: string): boolean =>
  secretFields.test(name.toLowerCase().replaceAll(/[_-]/g, ''));

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

/** A copy that may be written to a log: bounded in depth, errors as plain objects, secrets replaced. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[too deep]';
  if (value instanceof Date) return value;
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redact({ ...value, name, message, stack, ...(cause === undefined ? {} : { cause }) }, depth + 1);
  }
  if (hasToJson(value)) return redact(value.toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretField(name) && member !== null && member !== undefined ? hidden : redact(member, depth + 1),
    ]),
  );
}
