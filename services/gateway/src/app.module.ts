import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { systemClock } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { AccessGuard } from './adapters/http/access.guard';
import { AlertsController } from './adapters/http/alerts.controller';
import { RouteHandler } from './adapters/http/route-handler';
import { apiController } from './adapters/http/api.controller';
import { bindings } from './adapters/http/bindings';
import { ControlsController } from './adapters/http/controls.controller';
import { DocumentsController } from './adapters/http/documents.controller';
import { EndWatches } from './adapters/http/end-watches';
import { RequestEventsController } from './adapters/http/request-events.controller';
import { RequestLimits } from './adapters/http/request-limits';
import {
  QueryControlDirectory,
  QueryPrincipalDirectory,
  QueryRequestDirectory,
} from './adapters/messaging/query-directories';
import { TimelineController } from './adapters/messaging/timeline.controller';
import { migrations } from './adapters/persistence/migrations';
import { PostgresAlertStore } from './adapters/persistence/postgres-alert-store';
import { PostgresIdempotencyStore } from './adapters/persistence/postgres-idempotency-store';
import { PostgresOperatorStore } from './adapters/persistence/postgres-operator-store';
import { PostgresTimelineStore } from './adapters/persistence/postgres-timeline-store';
import { IdempotencyGuard } from './application/idempotency-guard';
import { Authenticate } from './application/authenticate';
import { bootstrapOperators } from './application/bootstrap-operators';
import { DeleteExpired } from './application/delete-expired';
import { ListAlerts } from './application/list-alerts';
import { ReadControls } from './application/read-controls';
import { RecordAlerts } from './application/record-alerts';
import { RecordTimeline } from './application/record-timeline';
import { TimelineFeed } from './application/timeline-feed';
import { WatchRequest } from './application/watch-request';
import type { GatewayConfig } from './config';

class GatewayModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function gatewayModule(config: GatewayConfig, runtime: ServiceRuntime): Promise<DynamicModule> {
  const { logger, shutdown } = runtime;
  const infrastructure = await openServiceInfrastructure(config, runtime, { service: 'gateway', migrations });
  const { database, messaging } = infrastructure;

  const operators = new PostgresOperatorStore(database.sql);
  if (config.YMERA_BOOTSTRAP_OPERATORS_FILE) {
    const count = await bootstrapOperators(config.YMERA_BOOTSTRAP_OPERATORS_FILE, operators);
    logger.info('operators loaded from bootstrap file', { count });
  }

  const timeline = new PostgresTimelineStore(database.sql);
  const feed = new TimelineFeed(
    timeline,
    {
      pollMs: 200,
      heartbeatMs: 15_000,
      pageSize: 100,
      maxWatchers: config.YMERA_MAX_WATCHERS,
      graceMs: 60_000,
    },
    logger,
  );
  const alerts = new PostgresAlertStore(database.sql);
  const idempotency = new PostgresIdempotencyStore(database.sql);
  const forget = new DeleteExpired(
    idempotency,
    timeline,
    alerts,
    config.YMERA_TIMELINE_RETENTION_DAYS,
    systemClock,
  );
  const expiryJob = new PeriodicJob('expired answers and timelines', 60_000, () => forget.execute(), logger);
  expiryJob.start();
  shutdown.defer('expiry of answers and timelines', () => expiryJob.stop());

  const authenticate = new Authenticate(operators, new QueryPrincipalDirectory(messaging.queries), {
    acceptedMs: config.YMERA_CREDENTIAL_CACHE_SECONDS * 1000,
    refusedMs: config.YMERA_CREDENTIAL_CACHE_SECONDS * 1000,
    remembered: 10_000,
  });
  const limits = new RequestLimits({
    requestsPerSecond: config.YMERA_RATE_LIMIT_PER_SECOND,
    refusedCredentialsPerMinute: 30,
  });
  const once = new IdempotencyGuard(idempotency, systemClock, {
    keptMs: config.YMERA_IDEMPOTENCY_KEPT_SECONDS * 1000,
    waitMs: 10_000,
    pollMs: 50,
  });

  return {
    module: GatewayModule,
    controllers: [
      apiController(bindings),
      ControlsController,
      AlertsController,
      RequestEventsController,
      DocumentsController,
      TimelineController,
    ],
    providers: [
      { provide: APP_GUARD, useFactory: () => new AccessGuard(authenticate, limits) },
      { provide: RouteHandler, useFactory: () => new RouteHandler(messaging.queries, once) },
      {
        provide: WatchRequest,
        useFactory: () =>
          new WatchRequest(timeline, new QueryRequestDirectory(messaging.queries), feed, systemClock),
      },
      { provide: Authenticate, useValue: authenticate },
      {
        provide: ReadControls,
        useFactory: () => new ReadControls(new QueryControlDirectory(messaging.queries)),
      },
      { provide: ListAlerts, useValue: new ListAlerts(alerts) },
      { provide: RecordAlerts, useValue: new RecordAlerts(alerts) },
      { provide: RecordTimeline, useFactory: () => new RecordTimeline(timeline, feed) },
      {
        provide: RabbitTransport,
        useFactory: () => infrastructure.transport(),
      },
      { provide: EndWatches, useFactory: () => new EndWatches(feed) },
    ],
  };
}
