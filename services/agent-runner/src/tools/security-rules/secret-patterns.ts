export interface SecretPlace {
  readonly line: number;
  readonly kind: string;
}

const patterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}\b/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,}\b/],
  ['a Google key', /\bAIza[0-9A-Za-z_-]{35}\b/],
  ['a credential of this platform', /\bym[koe]_[A-Za-z0-9_-]{20,}\b/],
  [
    'a password in an address',
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`]+:(?!\$|\{|<|\*|password@|pass@|pw@|secret@)[^\s:/@'"`]{6,}@[^\s'"`]+/i,
  ],
];

/** Lines that hold what looks like a secret. The text itself is never repeated: findings are read by many. */
export function secretsIn(text: string): readonly SecretPlace[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.length > 10_000) return [];
    const found = patterns.find(([, pattern]) => pattern.test(line));
    return found ? [{ line: index + 1, kind: found[0] }] : [];
  });
}
