import type { DynamicModule } from '@nestjs/common';
import { systemClock, uuidv7 } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import {
  openServiceInfrastructure,
  PeriodicJob,
  type ServiceInfrastructure,
  type ServiceRuntime,
} from '@ymera/service';
import { DirectoryController } from './adapters/messaging/directory.controller';
import { IssuesController } from './adapters/messaging/issues.controller';
import { dependenciesOf } from './adapters/dependencies';
import { reportConsumers } from './adapters/messaging/report-consumers';
import { ReportsController } from './adapters/messaging/reports.controller';
import { SanctionStatusController } from './adapters/messaging/sanction-status.controller';
import { StatusQueriesController } from './adapters/messaging/status-queries.controller';
import { maintainHistory, makeHistoryPartitions } from './adapters/persistence/history-partitions';
import { migrations } from './adapters/persistence/migrations';
import { PostgresReportingReader } from './adapters/persistence/postgres-reporting-reader';
import { reportingStores } from './adapters/persistence/postgres-reporting-stores';
import { fleetGauges, reportingMetrics } from './adapters/reporting-prometheus';
import { AgentWrites } from './application/agent-writes';
import { ProjectSanctionStatus } from './application/project-sanction-status';
import { PartitionLeases } from './application/partition-leases';
import { IngestReports } from './application/ingest-reports';
import { ProjectDirectory } from './application/project-directory';
import { OwnedFleet } from './application/owned-fleet';
import type { ReportingReader, ReportingUnitOfWork } from './application/ports';
import { RaiseIssue } from './application/raise-issue';
import { ReadFleet } from './application/read-fleet';
import { RateLimitedSignals } from './application/rate-limited-signals';
import { StatusCache } from './application/status-cache';
import { WatchSuppressions } from './application/watch-suppressions';
import { WatchIngest } from './application/watch-ingest';
import { DetectMissedReports } from './application/detect-missed-reports';
import { policyOf, type ReportingConfig } from './config';

const service = 'reporting';
/** Interval of the check of deadlines; a tenth of a second is far below any window. */
const missedReportsIntervalMs = 100;
/** Interval of the checks of dependencies. */
const dependencyIntervalMs = 250;
const suppressionsIntervalMs = 250;
const historyJobIntervalMs = 3_600_000;
/** 1024 slots of 100 ms: longer than the deadline of the usual window. */
const wheel = { wheelTickMs: 100, wheelSlots: 1024 };
/** With all partitions each queue's depth is checked every two seconds; consumers pause for 15 s at most. */
const ingestWatch = { backlogMs: 1_000, deepMs: 3_000, pauseMs: 16_000 };

class ReportingModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function reportingModule(
  config: ReportingConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const infrastructure = await openServiceInfrastructure(config, runtime, { service, migrations });
  const { sql } = infrastructure.database;
  await makeHistoryPartitions(sql, Date.now());
  const history = () => maintainHistory(sql, Date.now(), config.YMERA_REPORT_HISTORY_DAYS);

  const unitOfWork = infrastructure.unitOfWork(reportingStores);
  const { missedReports, massOutage } = policyOf(config);
  const owned = new OwnedFleet(
    {
      owner: uuidv7(),
      policy: missedReports,
      massOutage,
      defaultWindowMs: config.YMERA_REPORT_INTERVAL_SECONDS * 1000,
      ...wheel,
    },
    Date.now(),
  );
  return assemble(config, runtime, infrastructure, { unitOfWork, owned, history });
}

interface Parts {
  readonly unitOfWork: ReportingUnitOfWork;
  readonly owned: OwnedFleet;
  readonly history: () => Promise<void>;
}

/** Use cases, periodic jobs, and the providers of controllers. */
function assemble(
  config: ReportingConfig,
  { logger, shutdown }: ServiceRuntime,
  { database, messaging, transport: consumers }: ServiceInfrastructure,
  { unitOfWork, owned, history }: Parts,
): DynamicModule {
  const reader: ReportingReader = new PostgresReportingReader(database.sql);
  const metrics = reportingMetrics();
  const statuses = new StatusCache();
  const writes = new AgentWrites(unitOfWork, owned, statuses, systemClock);
  const signals = new RateLimitedSignals(metrics);
  const transport = consumers();
  const dependencies = dependenciesOf(config, messaging, database, owned, (partition, now) =>
    watchIngest.foundDeep(partition, now),
  );
  const watchIngest: WatchIngest = new WatchIngest(owned, dependencies, ingestWatch);
  const detectMissedReports = new DetectMissedReports(writes, owned, statuses, metrics, systemClock);
  const watchSuppressions = new WatchSuppressions(unitOfWork, owned);
  fleetGauges(owned, watchSuppressions);
  const leaseMs = config.YMERA_PARTITION_LEASE_SECONDS * 1000;
  const partitions = new PartitionLeases(
    unitOfWork,
    reader,
    reportConsumers(transport),
    owned,
    { count: config.YMERA_PARTITIONS, leaseMs },
    systemClock,
    logger,
  );

  shutdown.defer('partitions', () => partitions.stop());
  const periodicJobs = [
    new PeriodicJob(
      'partitions',
      leaseMs / 5,
      noting(watchIngest, () => partitions.execute()),
      logger,
    ),
    ...dependencies.map(
      (dependency) =>
        new PeriodicJob(dependency.trouble, dependencyIntervalMs, () => dependency.ask(), logger),
    ),
    new PeriodicJob(
      'silence',
      missedReportsIntervalMs,
      noting(watchIngest, () => {
        const now = Date.now();
        watchIngest.check(now);
        return detectMissedReports.execute(now);
      }),
      logger,
    ),
    new PeriodicJob(
      'holds',
      suppressionsIntervalMs,
      noting(watchIngest, () => watchSuppressions.execute(Date.now())),
      logger,
    ),
    new PeriodicJob('history partitions', historyJobIntervalMs, history, logger),
  ];
  for (const periodicJob of periodicJobs) {
    periodicJob.start();
    shutdown.defer('sweep', () => periodicJob.stop());
  }

  return {
    module: ReportingModule,
    controllers: [
      ReportsController,
      IssuesController,
      DirectoryController,
      SanctionStatusController,
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
        provide: ProjectDirectory,
        useFactory: () => new ProjectDirectory(unitOfWork, writes, owned, statuses, systemClock),
      },
      {
        provide: ProjectSanctionStatus,
        useFactory: () => new ProjectSanctionStatus(writes, reader, owned, statuses, metrics, systemClock),
      },
      {
        provide: RaiseIssue,
        useFactory: () => new RaiseIssue(unitOfWork, reader, owned, signals, systemClock),
      },
      { provide: ReadFleet, useFactory: () => new ReadFleet(reader, statuses, owned, systemClock) },
    ],
  };
}

/** A failure here is a failure of the database, and reports fail with it. */
const noting = (watch: WatchIngest, work: () => Promise<unknown>) => async (): Promise<void> => {
  try {
    await work();
  } catch (error) {
    watch.failed(Date.now());
    throw error;
  }
};
