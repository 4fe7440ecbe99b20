import { brokerAccess, isAllowed, type BrokerRequest } from '../domain/broker-authorisation';
import type { AuthenticatePrincipal } from './authenticate-principal';
import type { AuthenticationProbes } from './authentication-probes';
import type { PrincipalDirectory } from './principal-directory';

/**
 * Answers the broker's queries about principals. The users of services are internal to the broker and never come here.
 */
export class AuthoriseOnBroker {
  constructor(
    private readonly authentication: AuthenticatePrincipal,
    private readonly probes: AuthenticationProbes,
    private readonly directory: PrincipalDirectory,
    private readonly agentsVhost: string,
  ) {}

  async mayConnect(principalId: string, credential: string): Promise<boolean> {
    if (this.probes.notice(principalId)) return false;
    const known = await this.authentication.recognise(credential, principalId);
    return known.ok && brokerAccess(known.value.principal) !== 'none';
  }

  async may(principalId: string, request: BrokerRequest): Promise<boolean> {
    const access = await this.directory.byPrincipal(principalId);
    return access !== undefined && isAllowed(access.principal, request, this.agentsVhost);
  }
}
