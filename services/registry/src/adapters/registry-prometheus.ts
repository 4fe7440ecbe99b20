import { counter } from '@ymera/observability';
import type { RegistryMetrics } from '../application/ports';

export function registryMetrics(): RegistryMetrics {
  const failures = counter({
    name: 'ymera_authentication_failures_total',
    help: 'Credentials of principals that were refused.',
    labels: ['code'],
  });
  const unknownAgents = counter({
    name: 'ymera_hello_strangers_total',
    help: 'Agents named in a hello by a principal that does not own them.',
  });
  const provisioning = counter({
    name: 'ymera_provisioning_failures_total',
    help: 'Steps on the broker for a principal that failed and will be tried again.',
  });
  const sanctions = counter({
    name: 'ymera_agent_standing_changes_total',
    help: 'Times that authority was taken from an agent or given back, by what it is then and why.',
    labels: ['status', 'cause'],
  });
  return {
    authenticationFailed: (code) => failures.inc({ code }),
    unknownAgentsInHello: (count) => unknownAgents.inc(count),
    provisioningFailed: () => provisioning.inc(),
    sanctionStatusChanged: (status, cause) => sanctions.inc({ status, cause }),
  };
}
