import { failure, FailureException } from '@ymera/kernel';
import type { PrincipalAuthenticator, PrincipalCredential } from '../../application/ports';

/** Authenticates principals by HTTP basic authentication (principal and credential) or by their credential as a bearer token. */
export class HttpAuthentication {
  constructor(private readonly authenticator: PrincipalAuthenticator) {}

  /** Returns the principal; throws the failure otherwise. */
  async admit(authorization: string | undefined): Promise<string> {
    const shown = parseAuthorization(authorization);
    if (!shown)
      throw new FailureException(
        failure('unauthenticated', 'credential_missing', 'Requires a principal’s credential.', {
          suggestion: 'Send the principal as user and its credential as password.',
        }),
      );
    const known = await this.authenticator.authenticate(shown);
    if (!known.ok) throw new FailureException(known.error);
    return known.value.principalId;
  }
}

export function parseAuthorization(header: string | undefined): PrincipalCredential | undefined {
  const [, scheme = '', value = ''] = /^(basic|bearer) +([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return { principalId: undefined, credential: value };
  if (scheme === '') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { principalId: text.slice(0, colon), credential: text.slice(colon + 1) };
}
