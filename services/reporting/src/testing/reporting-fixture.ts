import {
  enforcementChanged,
  enforcementHeld,
  enforcementResumed,
  livenessChanged,
  report,
  type AgentType,
  type PayloadOf,
} from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { AgentWrites } from '../application/agent-writes';
import { Dependency } from '../application/dependency';
import { ProjectSanctionStatus, type SanctionEvent } from '../application/project-sanction-status';
import { PartitionLeases } from '../application/partition-leases';
import { IngestReports, type IncomingReport } from '../application/ingest-reports';
import { ProjectDirectory } from '../application/project-directory';
import { OwnedFleet } from '../application/owned-fleet';
import { RaiseIssue } from '../application/raise-issue';
import { ReadFleet } from '../application/read-fleet';
import { RateLimitedSignals } from '../application/rate-limited-signals';
import { StatusCache } from '../application/status-cache';
import { WatchSuppressions } from '../application/watch-suppressions';
import { WatchIngest } from '../application/watch-ingest';
import { DetectMissedReports } from '../application/detect-missed-reports';
import { sanctionPolicy } from '../domain/escalation';
import { massOutagePolicy } from '../domain/group-suppression';
import { livenessPolicy } from '../domain/liveness';
import { InMemoryReporting, RecordedConsumers, RecordedMetrics } from './in-memory-reporting';

export const minute = 60_000;
const tickMs = 1_000;

/** One instance of the service over tables that several may share, with a clock that moves only on demand. */
export function reportingFixture(shared?: { clock: FakeClock; tables: InMemoryReporting }) {
  const clock = shared?.clock ?? new FakeClock('2026-01-01T00:00:00Z');
  const tables = shared?.tables ?? new InMemoryReporting(clock);
  const now = () => clock.now().getTime();
  const consumers = new RecordedConsumers();
  const metrics = new RecordedMetrics();
  const owned = new OwnedFleet(
    {
      owner: uuidv7(),
      policy: { liveness: livenessPolicy, enforcement: sanctionPolicy },
      massOutage: massOutagePolicy,
      defaultWindowMs: minute,
      wheelTickMs: 100,
      wheelSlots: 1024,
    },
    now(),
  );
  const statuses = new StatusCache();
  const writes = new AgentWrites(tables, owned, statuses, clock);
  const signals = new RateLimitedSignals(metrics);
  const unavailable = { broker: false, database: false, authentication: false };
  /** Dependencies that hang. */
  const hanging = new Set<keyof typeof unavailable>();
  const partitions = new PartitionLeases(
    tables,
    tables,
    consumers,
    owned,
    { count: 4, leaseMs: 5_000 },
    clock,
    silentLogger,
  );
  const missedReports = new DetectMissedReports(writes, owned, statuses, metrics, clock);
  const dependencies = (['broker', 'database', 'authentication'] as const).map(
    (trouble) =>
      new Dependency(
        trouble,
        owned,
        {
          check: () => {
            if (hanging.has(trouble)) return new Promise(() => undefined);
            return unavailable[trouble] ? Promise.reject(new Error('unavailable')) : Promise.resolve();
          },
          maxAgeMs: () => 10_000,
          minIntervalMs: () => (trouble === 'authentication' ? 2_500 : 0),
          failureMode: trouble === 'authentication' ? 'after_grace' : 'immediate',
        },
        clock,
      ),
  );
  const ingestWatch = new WatchIngest(owned, dependencies, {
    backlogMs: 1_000,
    deepMs: 3_000,
    pauseMs: 16_000,
  });
  const holds = new WatchSuppressions(tables, owned);
  const directory = new ProjectDirectory(tables, writes, owned, statuses, clock);
  const ingest = new IngestReports(writes, tables, owned, signals, statuses, metrics);

  const fixture = {
    clock,
    tables,
    consumers,
    metrics,
    owned,
    unavailable,
    hanging,
    partitions,
    missedReports,
    ingestWatch,
    holds,
    standing: new ProjectSanctionStatus(writes, tables, owned, statuses, metrics, clock),
    directory,
    ingest,
    issues: new RaiseIssue(tables, tables, owned, signals, clock),
    read: new ReadFleet(tables, statuses, owned, clock),

    /** Holds partitions and finds ingest healthy, as a running instance does within its first second. */
    async start(): Promise<void> {
      await partitions.execute();
      await fixture.observe();
    },

    /** Updates the health of the service, without acting on it. */
    async observe(): Promise<void> {
      for (const dependency of dependencies) await dependency.ask();
      ingestWatch.check(now());
    },

    /** Lets time pass as the running service would notice it. */
    async pass(milliseconds: number): Promise<void> {
      const until = now() + milliseconds;
      while (now() < until) {
        clock.advance(Math.min(tickMs, until - now()));
        await fixture.observe();
        await missedReports.execute(now());
        await holds.execute(now());
      }
    },

    async agent(
      agentId: string,
      principalId = 'runner-1',
      agentType: AgentType = 'TESTING',
      partition = 1,
    ): Promise<void> {
      const payload = {
        agent_id: agentId,
        agent_type: agentType,
        capabilities: ['x'],
        principal_id: principalId,
        partition,
        credential_epoch: 1,
        registered_at: clock.now().toISOString(),
      };
      await directory.execute([{ kind: 'registered', id: uuidv7(now()), payload }]);
    },

    liftOf(agentId: string, principalId = 'runner-1'): SanctionEvent {
      const payload = {
        agent_id: agentId,
        principal_id: principalId,
        status: 'active' as const,
        cause: 'lifted' as const,
        credential_epoch: 3,
        reason: 'Its host has more memory now.',
        changed_by: 'root',
        changed_at: clock.now().toISOString(),
      };
      return { id: uuidv7(now()), payload };
    },

    lift: (agentId: string): Promise<string> => fixture.standing.execute(fixture.liftOf(agentId)),

    async session(
      session: number,
      principalId = 'runner-1',
      intervalS = 60,
      agentIds: string[] = [],
    ): Promise<void> {
      const payload = {
        principal_id: principalId,
        session,
        agent_ids: agentIds,
        interval_s: intervalS,
        opened_at: clock.now().toISOString(),
      };
      await directory.execute([{ kind: 'session_opened', id: uuidv7(now()), payload }]);
    },

    incoming(
      fields: Partial<PayloadOf<typeof report>>,
      principalId: string | undefined = 'runner-1',
      attempts = 1,
    ): IncomingReport {
      return { principalId, report: reportOf(fields), receivedAt: now(), attempts };
    },

    async report(agentId: string, seq: number, session = 1): Promise<string> {
      const [outcome] = await ingest.execute([fixture.incoming({ agent_id: agentId, seq, session })]);
      return outcome?.kind ?? 'nothing';
    },

    changes: () =>
      tables.unitOfWork.outbox
        .payloads(livenessChanged)
        .map(({ agent_id, from, to }) => `${agent_id} ${from} → ${to}`),

    steps: () =>
      tables.unitOfWork.outbox
        .payloads(enforcementChanged)
        .map(({ agent_id, from, to, cause }) => `${agent_id} ${from} → ${to} (${cause})`),

    incidents: () => [
      ...tables.unitOfWork.outbox
        .payloads(enforcementHeld)
        .map(({ reason_code, group }) => `held: ${reason_code}${group === undefined ? '' : ` of ${group}`}`),
      ...tables.unitOfWork.outbox
        .payloads(enforcementResumed)
        .map(({ reason_code }) => `resumed: ${reason_code}`),
    ],
  };
  return fixture;
}

export type ReportingFixture = ReturnType<typeof reportingFixture>;

export const reportOf = (fields: Partial<PayloadOf<typeof report>> = {}): PayloadOf<typeof report> => ({
  agent_id: 'tester-1',
  session: 1,
  seq: 1,
  sent_at: '2026-01-01T00:00:00.000Z',
  metrics: { cpu_percent: 1.5, memory_mb: 80 },
  tasks: [],
  issues: [],
  security_events: [],
  ...fields,
});
