import { lintSource } from '@secretlint/core';
import { rules as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { weighSecret, type SecretWeight } from './secret-weight';

export interface SecretPlace {
  readonly line: number;
  readonly kind: string;
  readonly severity: SecretWeight;
}

/** Patterns that the maintained set lacks. */
const own: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['a credential of this platform', /\bym[koe]_[A-Za-z0-9_-]{20,}\b/g],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,}\b/g],
  ['a Google key', /\bAIza[0-9A-Za-z_-]{35}\b/g],
  ['a GitHub token', /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b/g],
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`]+:[^\s:/@'"`]{3,}@[^\s'"`]+/gi],
];

/** Comments could otherwise disable a file's own examination. */
const rules = recommended
  .filter((rule) => !rule.meta.id.includes('filter-comments'))
  .map((rule) => ({ id: rule.meta.id, rule, options: {} }));
const maxLineLength = 10_000;

/** Lines with a possible secret. The text itself is never repeated: findings have many readers. */
export async function secretsIn(path: string, text: string): Promise<readonly SecretPlace[]> {
  // On minified lines the rules would take minutes, and such lines contain words of every shape.
  const readable = text
    .split('\n')
    .map((line) => (line.length > maxLineLength ? '' : line))
    .join('\n');
  const answer = await lintSource({
    source: { filePath: path, content: readable, contentType: 'text' },
    options: { noPhysicFilePath: true, maskSecrets: true, config: { rules } },
  });
  const found = [
    ...answer.messages.map(({ range, ruleId }) => ({ range, kind: kindOf(ruleId) })),
    ...own.flatMap(([kind, pattern]) =>
      [...readable.matchAll(pattern)].map((match): { range: readonly [number, number]; kind: string } => ({
        range: [match.index, match.index + match[0].length],
        kind,
      })),
    ),
  ];
  const places = new Map<number, SecretPlace>();
  for (const { range, kind } of found) {
    const line = readable.slice(0, range[0]).split('\n').length;
    const severity = weighSecret({
      path,
      value: readable.slice(range[0], range[1]),
      line: readable.split('\n')[line - 1] ?? '',
      kind,
    });
    const known = places.get(line);
    if (severity !== undefined && (!known || order.indexOf(severity) < order.indexOf(known.severity)))
      places.set(line, { line, kind, severity });
  }
  return [...places.values()].toSorted((one, other) => one.line - other.line);
}

const order: readonly SecretWeight[] = ['critical', 'medium', 'low'];

/** `@secretlint/secretlint-rule-github` finds secrets of GitHub. */
const kindOf = (rule: string): string => {
  const name = rule.split('secretlint-rule-').at(-1) ?? rule;
  return (
    {
      privatekey: 'a private key',
      basicauth: 'a password in an address',
      'database-connection-string': 'a password in an address',
    }[name] ?? `a secret of ${name}`
  );
};
