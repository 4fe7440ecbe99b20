import { recallCanary, reportQueue } from '@ymera/contracts';
import { systemClock, uuidv7 } from '@ymera/kernel';
import type { Messaging } from '@ymera/messaging';
import { extractTrace, withTrace } from '@ymera/observability';
import type { Database } from '@ymera/persistence';
import { Dependency } from '../application/dependency';
import type { OwnedFleet } from '../application/owned-fleet';
import type { ReportingConfig } from '../config';
import { AuthenticationProbe } from './authentication-probe';

/** With short windows our own faults must be known within two windows, before any agent could be warned. */
const freshWindows = 2;
const maxFreshMs = 10_000;
/** Messages in one queue without a consumer from which on its reports count as delayed. */
const backlogDepth = 200;
const queuesAtOnce = 8;
/** The broker logs every refused login, so probes are no more frequent than a fresh answer needs. */
const recentProbesNeeded = 4;

const always = (): number => 0;

/** The dependencies that must have answered recently for missed reports to count. */
export function dependenciesOf(
  config: ReportingConfig,
  messaging: Messaging,
  database: Database,
  owned: OwnedFleet,
  foundDeep: (partition: number, now: number) => void,
): Dependency[] {
  const jitterMs = config.YMERA_REPORT_JITTER_SECONDS * 1000;
  const freshMs = () => Math.min(maxFreshMs, freshWindows * owned.fleet.minWindowMs + jitterMs / 2);
  const probe = authenticationProbeOf(config, messaging);
  const checks = {
    broker: brokerCheck(messaging, owned, foundDeep),
    database: async () => {
      if (!(await database.isHealthy())) throw new Error('the database does not answer');
    },
    authentication: () => probe.run(freshMs()),
  };
  // A report may be lost while the broker is unavailable. A sign-on that fails for a moment costs no agent a window.
  const failureModes = { broker: 'immediate', database: 'immediate', authentication: 'after_grace' } as const;
  const intervals = {
    broker: always,
    database: always,
    authentication: () => freshMs() / recentProbesNeeded,
  };
  return (['broker', 'database', 'authentication'] as const).map(
    (trouble) =>
      new Dependency(
        trouble,
        owned,
        {
          check: checks[trouble],
          maxAgeMs: freshMs,
          minIntervalMs: intervals[trouble],
          failureMode: failureModes[trouble],
        },
        systemClock,
      ),
  );
}

/** Checks connections and consumers, and in turn the depth of each report queue. */
function brokerCheck(
  messaging: Messaging,
  owned: OwnedFleet,
  foundDeep: (partition: number, now: number) => void,
): () => Promise<void> {
  let turn = 0;
  return async () => {
    await messaging.check();
    const { partitions } = owned;
    const asked = Array.from({ length: Math.min(queuesAtOnce, partitions.length) }, (_, index) =>
      partitions.at((turn + index) % partitions.length),
    ).filter((partition) => partition !== undefined);
    turn += asked.length;
    await Promise.all(
      asked.map(async (partition) => {
        const depth = await messaging.depth('agents', reportQueue(partition));
        if (depth >= backlogDepth) foundDeep(partition, Date.now());
      }),
    );
  };
}

/** These queries use a trace that is not sampled: they are so frequent that they would drown the others. */
const authenticationProbeOf = (config: ReportingConfig, messaging: Messaging): AuthenticationProbe =>
  new AuthenticationProbe({
    brokerUrl: config.YMERA_RABBITMQ_URL.reveal(),
    agentsVhost: config.YMERA_RABBITMQ_AGENTS_VHOST,
    recall: (payload, timeoutMs) =>
      withTrace(extractTrace({ traceparent: `00-${hexOf(32)}-${hexOf(16)}-00` }), () =>
        messaging.queries.ask(recallCanary, payload, { timeoutMs }),
      ),
  });

/** From the end of an id, which is random. */
const hexOf = (length: number): string => uuidv7().replaceAll('-', '').slice(-length);
