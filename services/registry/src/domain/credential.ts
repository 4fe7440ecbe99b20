import type { StoredSecret } from './secret-token';

export interface Credential extends StoredSecret {
  readonly principalId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export type CredentialFault = 'credential_expired' | 'credential_revoked';

/** The fault of a credential whose secret was right; undefined when it may be used. */
export function faultOf(
  { revokedAt, expiresAt }: Pick<Credential, 'revokedAt' | 'expiresAt'>,
  now: Date,
): CredentialFault | undefined {
  if (revokedAt !== null) return 'credential_revoked';
  return expiresAt.getTime() <= now.getTime() ? 'credential_expired' : undefined;
}
