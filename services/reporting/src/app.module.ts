import type { DynamicModule } from '@nestjs/common';
import { openFoundation, type Foundation } from '@ymera/foundation';
import { Sweep, type ServiceRuntime } from '@ymera/http';
import { systemClock, uuidv7 } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { DirectoryController } from './adapters/messaging/directory.controller';
import { IssuesController } from './adapters/messaging/issues.controller';
import { dependenciesOf } from './adapters/dependencies';
import { reportConsumers } from './adapters/messaging/report-consumers';
import { ReportsController } from './adapters/messaging/reports.controller';
import { StandingController } from './adapters/messaging/standing.controller';
import { StatusQueriesController } from './adapters/messaging/status-queries.controller';
import { maintainHistory, makeHistoryPartitions } from './adapters/persistence/history-partitions';
import { migrations } from './adapters/persistence/migrations';
import { PostgresReportingReader } from './adapters/persistence/postgres-reporting-reader';
import { reportingStores } from './adapters/persistence/postgres-reporting-stores';
import { fleetGauges, reportingMetrics } from './adapters/reporting-prometheus';
import { AgentWrites } from './application/agent-writes';
import { FollowStanding } from './application/follow-standing';
import { HoldPartitions } from './application/hold-partitions';
import { IngestReports } from './application/ingest-reports';
import { KeepDirectory } from './application/keep-directory';
import { OwnedFleet } from './application/owned-fleet';
import type { ReportingReader, ReportingUnitOfWork } from './application/ports';
import { RaiseIssue } from './application/raise-issue';
import { ReadFleet } from './application/read-fleet';
import { SignalDesk } from './application/signal-desk';
import { StatusCache } from './application/status-cache';
import { WatchHolds } from './application/watch-holds';
import { WatchIngest } from './application/watch-ingest';
import { WatchSilence } from './application/watch-silence';
import { policyOf, type ReportingConfig } from './config';

const service = 'reporting';
/** Deadlines are looked at so often; a tenth of a second is far below any window. */
const silenceTickMs = 100;
/** Dependencies are asked so often. */
const dependencyTickMs = 250;
const holdsTickMs = 250;
const historySweepMs = 3_600_000;
/** 1024 slots of 100 ms: longer than the deadline of the usual window. */
const wheel = { wheelTickMs: 100, wheelSlots: 1024 };
/** With all partitions each queue is looked at every two seconds; consumers pause for 15 s at most. */
const ingestWatch = { backlogMs: 1_000, deepMs: 3_000, pauseMs: 16_000 };

class ReportingModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function reportingModule(
  config: ReportingConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const foundation = await openFoundation(config, runtime, { service, migrations });
  const { sql } = foundation.database;
  await makeHistoryPartitions(sql, Date.now());
  const history = () => maintainHistory(sql, Date.now(), config.YMERA_REPORT_HISTORY_DAYS);

  const unitOfWork = foundation.unitOfWork(reportingStores);
  const { silence, massSilence } = policyOf(config);
  const owned = new OwnedFleet(
    {
      owner: uuidv7(),
      policy: silence,
      massSilence,
      defaultWindowMs: config.YMERA_REPORT_INTERVAL_SECONDS * 1000,
      ...wheel,
    },
    Date.now(),
  );
  return assemble(config, runtime, foundation, { unitOfWork, owned, history });
}

interface Parts {
  readonly unitOfWork: ReportingUnitOfWork;
  readonly owned: OwnedFleet;
  readonly history: () => Promise<void>;
}

/** Use cases, what runs by the clock, and what is injected into controllers. */
function assemble(
  config: ReportingConfig,
  { logger, shutdown }: ServiceRuntime,
  { database, messaging, transport: consumers }: Foundation,
  { unitOfWork, owned, history }: Parts,
): DynamicModule {
  const reader: ReportingReader = new PostgresReportingReader(database.sql);
  const metrics = reportingMetrics();
  const statuses = new StatusCache();
  const writes = new AgentWrites(unitOfWork, owned, statuses, systemClock);
  const signals = new SignalDesk(metrics);
  const transport = consumers();
  const dependencies = dependenciesOf(config, messaging, database, owned, (partition, now) =>
    watchIngest.foundDeep(partition, now),
  );
  const watchIngest: WatchIngest = new WatchIngest(owned, dependencies, ingestWatch);
  const watchSilence = new WatchSilence(writes, owned, statuses, metrics, systemClock);
  const watchHolds = new WatchHolds(unitOfWork, owned);
  fleetGauges(owned, watchHolds);
  const leaseMs = config.YMERA_PARTITION_LEASE_SECONDS * 1000;
  const partitions = new HoldPartitions(
    unitOfWork,
    reader,
    reportConsumers(transport),
    owned,
    { count: config.YMERA_PARTITIONS, leaseMs },
    systemClock,
    logger,
  );

  shutdown.defer('partitions', () => partitions.stop());
  const sweeps = [
    new Sweep(
      'partitions',
      leaseMs / 5,
      noting(watchIngest, () => partitions.execute()),
      logger,
    ),
    ...dependencies.map(
      (dependency) => new Sweep(dependency.trouble, dependencyTickMs, () => dependency.ask(), logger),
    ),
    new Sweep(
      'silence',
      silenceTickMs,
      noting(watchIngest, () => {
        const now = Date.now();
        watchIngest.look(now);
        return watchSilence.execute(now);
      }),
      logger,
    ),
    new Sweep(
      'holds',
      holdsTickMs,
      noting(watchIngest, () => watchHolds.execute(Date.now())),
      logger,
    ),
    new Sweep('history partitions', historySweepMs, history, logger),
  ];
  for (const sweep of sweeps) {
    sweep.start();
    shutdown.defer('sweep', () => sweep.stop());
  }

  return {
    module: ReportingModule,
    controllers: [
      ReportsController,
      IssuesController,
      DirectoryController,
      StandingController,
      StatusQueriesController,
    ],
    providers: [
      { provide: RabbitTransport, useValue: transport },
      { provide: WatchIngest, useValue: watchIngest },
      {
        provide: IngestReports,
        useFactory: () => new IngestReports(writes, reader, owned, signals, statuses, metrics),
      },
      {
        provide: KeepDirectory,
        useFactory: () => new KeepDirectory(unitOfWork, writes, owned, statuses, systemClock),
      },
      {
        provide: FollowStanding,
        useFactory: () => new FollowStanding(writes, reader, owned, statuses, metrics, systemClock),
      },
      {
        provide: RaiseIssue,
        useFactory: () => new RaiseIssue(unitOfWork, reader, owned, signals, systemClock),
      },
      { provide: ReadFleet, useFactory: () => new ReadFleet(reader, statuses, owned, systemClock) },
    ],
  };
}

/** What fails here fails because of the database, and reports fail with it. */
const noting = (watch: WatchIngest, work: () => Promise<unknown>) => async (): Promise<void> => {
  try {
    await work();
  } catch (error) {
    watch.failed(Date.now());
    throw error;
  }
};
