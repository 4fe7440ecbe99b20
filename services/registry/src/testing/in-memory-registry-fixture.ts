import type { PayloadOf, registerAgent } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { HmacSecretVault } from '../adapters/security/hmac-secret-vault';
import { AuthenticatePrincipal } from '../application/authenticate-principal';
import { AuthoriseOnBroker } from '../application/authorise-on-broker';
import { AuthenticationProbes } from '../application/authentication-probes';
import { ApplySanctionChange } from '../application/apply-sanction-change';
import { CreateEnrolment } from '../application/create-enrolment';
import { EnrolPrincipal } from '../application/enrol-principal';
import { EnrolmentTokens } from '../application/enrolment-tokens';
import { HandleSanctionDecision } from '../application/handle-sanction-decision';
import { IdempotentAnswers } from '../application/idempotent-answers';
import { LiftFreeze } from '../application/lift-freeze';
import { OpenSession } from '../application/open-session';
import { PrincipalDirectory } from '../application/principal-directory';
import { ProvisionPrincipals } from '../application/provision-principals';
import { ReadAgents } from '../application/read-agents';
import { RegisterAgent } from '../application/register-agent';
import { RetireAgent } from '../application/retire-agent';
import { InMemoryPrincipalBroker, InMemoryRegistry, RecordedMetrics } from './in-memory-registry';

export const admin = { name: 'root', roles: ['admin'] };

const hour = 3_600_000;

/** All use cases over one in-memory registry, with a clock that does not move. */
export function registryFixture() {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const registry = new InMemoryRegistry();
  const broker = new InMemoryPrincipalBroker();
  const metrics = new RecordedMetrics();
  const vault = new HmacSecretVault([{ version: 1, key: 'a pepper of some length' }]);
  const directory = new PrincipalDirectory(registry);
  const provisioning = new ProvisionPrincipals(registry, registry, broker, metrics, clock, silentLogger);
  const enrolments = new EnrolmentTokens(vault, clock, {
    partitions: 64,
    credentialValidMs: 24 * hour,
    broker: { url: 'amqp://127.0.0.1:5672', vhost: '/agents' },
  });
  const authenticate = new AuthenticatePrincipal(directory, registry, vault, metrics, clock, 60);
  const standing = new ApplySanctionChange(provisioning, directory, metrics, clock, 5_000);

  const probes = new AuthenticationProbes(registry, clock);

  const useCases = {
    createEnrolment: new CreateEnrolment(registry, vault, clock),
    enrol: new EnrolPrincipal(registry, enrolments, provisioning, directory),
    register: new RegisterAgent(
      registry,
      enrolments,
      new IdempotentAnswers(vault, clock),
      provisioning,
      directory,
      clock,
    ),
    retire: new RetireAgent(registry, provisioning, directory, standing, clock, 5_000),
    authenticate,
    probes,
    broker: new AuthoriseOnBroker(authenticate, probes, directory, '/agents'),
    openSession: new OpenSession(registry, metrics, clock, 60),
    read: new ReadAgents(registry, 60),
    follow: new HandleSanctionDecision(registry, standing),
    lift: new LiftFreeze(registry, standing, clock),
    provisioning,
  };

  const token = async (kind: 'principal' | 'agent'): Promise<string> =>
    valueOf(await useCases.createEnrolment.execute({ kind, valid_s: 3600, created_by: admin }))
      .enrolment_token;

  return {
    ...useCases,
    clock,
    registry,
    queues: broker,
    metrics,
    token,
    events: () =>
      registry.unitOfWork.outbox.messages.flatMap(({ contract }) =>
        contract.kind === 'event' ? [contract.name] : [],
      ),
    enrolled: async (principalId: string) =>
      valueOf(
        await useCases.enrol.execute({
          enrolment_token: await token('principal'),
          principal_id: principalId,
        }),
      ),
  };
}

export function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}

export const codeOf = (result: { ok: true } | { ok: false; error: { code: string } }): string =>
  result.ok ? 'ok' : result.error.code;

export const registration = (
  caller: PayloadOf<typeof registerAgent>['caller'],
  agentId = 'tester-1',
): PayloadOf<typeof registerAgent> => ({
  caller,
  agent_id: agentId,
  agent_type: 'TESTING',
  capabilities: ['node:test'],
  config: {},
});

export const asPrincipal = (principalId: string) =>
  ({ kind: 'principal', principal_id: principalId }) as const;
export const asAdmin = { kind: 'operator', actor: admin } as const;
export const withToken = (token: string) => ({ kind: 'enrolment', enrolment_token: token }) as const;
