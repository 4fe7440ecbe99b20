import { counter } from '@ymera/observability';
import type { RegistryMetrics } from '../application/ports';

export function registryMetrics(): RegistryMetrics {
  const failures = counter({
    name: 'ymera_authentication_failures_total',
    help: 'Refused credentials of principals, by code. Normally close to 0.',
    labels: ['code'],
  });
  const unknownAgents = counter({
    name: 'ymera_hello_strangers_total',
    help: 'Agents named in a hello by a principal that does not own them. Normally 0.',
  });
  const provisioning = counter({
    name: 'ymera_provisioning_failures_total',
    help: 'Failed steps on the broker for a principal, which are retried. Normally 0.',
  });
  const sanctions = counter({
    name: 'ymera_agent_standing_changes_total',
    help: 'Sanctions of agents and their ends, by new status and cause.',
    labels: ['status', 'cause'],
  });
  return {
    authenticationFailed: (code) => failures.inc({ code }),
    unknownAgentsInHello: (count) => unknownAgents.inc(count),
    provisioningFailed: () => provisioning.inc(),
    sanctionStatusChanged: (status, cause) => sanctions.inc({ status, cause }),
  };
}
