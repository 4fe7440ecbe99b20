/** `ymk`: a principal's credential. `yme`: an enrolment token. */
export type TokenPrefix = 'ymk' | 'yme';

/** The parsed `<prefix>_<key id>_<secret>`. The key id is public and finds the row; the secret is not stored. */
export interface SecretToken {
  readonly keyId: string;
  readonly secret: string;
}

/** The stored form of a secret: a MAC under the pepper of this version, bound to the key id. */
export interface StoredSecret {
  readonly keyId: string;
  readonly mac: string;
  readonly pepperVersion: number;
}

const pattern = /^(ymk|yme)_([0-9a-f]{16})_([0-9a-f]{64})$/;

export const formatToken = (prefix: TokenPrefix, { keyId, secret }: SecretToken): string =>
  `${prefix}_${keyId}_${secret}`;

export function parseToken(prefix: TokenPrefix, text: string): SecretToken | undefined {
  const [, found, keyId, secret] = pattern.exec(text) ?? [];
  return found === prefix && keyId && secret ? { keyId, secret } : undefined;
}
