/** The content of an `Authorization` header, by the prefix of the token; not checked yet. */
export type Credential =
  | { readonly kind: 'operator'; readonly token: string }
  | { readonly kind: 'principal'; readonly token: string }
  | { readonly kind: 'enrolment'; readonly token: string };

const kinds = { ymo: 'operator', ymk: 'principal', yme: 'enrolment' } as const;

const bearer = /^Bearer +((ym[oke])_[A-Za-z0-9_-]{3,280})$/i;

/** Undefined when the header is not `Bearer` with a token of this platform. */
export function credentialOf(header: string): Credential | undefined {
  const [, token, prefix] = bearer.exec(header) ?? [];
  if (!token) return undefined;
  const kind = Object.entries(kinds).find(([known]) => known === prefix)?.[1];
  return kind ? { kind, token } : undefined;
}
