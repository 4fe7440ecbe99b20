import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDispatch, getLanding, roles, type Role } from '@ymera/contracts';
import { createHttpApp } from '@ymera/http';
import { err, failure, ok, sha256Hex, silentLogger, systemClock } from '@ymera/kernel';
import { HealthModule } from '@ymera/service';
import { AccessGuard } from '../adapters/http/access.guard';
import { AlertsController } from '../adapters/http/alerts.controller';
import { RouteHandler } from '../adapters/http/route-handler';
import { apiController } from '../adapters/http/api.controller';
import { bindings } from '../adapters/http/bindings';
import { ControlsController } from '../adapters/http/controls.controller';
import { DocumentsController } from '../adapters/http/documents.controller';
import { EndWatches } from '../adapters/http/end-watches';
import { RequestEventsController } from '../adapters/http/request-events.controller';
import { RequestLimits } from '../adapters/http/request-limits';
import { IdempotencyGuard } from '../application/idempotency-guard';
import { Authenticate } from '../application/authenticate';
import { ListAlerts } from '../application/list-alerts';
import { ReadControls } from '../application/read-controls';
import { TimelineFeed } from '../application/timeline-feed';
import { WatchRequest } from '../application/watch-request';
import { FakeQuestions } from './fake-questions';
import { InMemoryAlertStore } from './in-memory-alert-store';
import { InMemoryIdempotencyStore } from './in-memory-idempotency-store';
import { InMemoryOperatorStore } from './in-memory-operator-store';
import { InMemoryTimelineStore } from './in-memory-timeline-store';

class TestModule {}

/** One token for each role, and those of callers that are not people. */
export const tokens: Readonly<Record<Role | 'principal' | 'frozen' | 'enrolment', string>> = {
  viewer: 'ymo_1_viewer',
  operator: 'ymo_2_operator',
  approver: 'ymo_3_approver',
  admin: 'ymo_4_admin',
  principal: 'ymk_5_principal',
  frozen: 'ymk_7_frozen',
  enrolment: 'yme_6_enrolment',
};

export interface TestGateway {
  readonly app: NestFastifyApplication;
  readonly questions: FakeQuestions;
  readonly timeline: InMemoryTimelineStore;
  readonly feed: TimelineFeed;
}

/** The real HTTP side of the gateway, with fake services and stores. */
export async function startTestGateway({
  requestsPerSecond = 0,
  refusedCredentialsPerMinute = 1000,
  maxWatchers = 10,
  logger = silentLogger,
} = {}): Promise<TestGateway> {
  const questions = new FakeQuestions();
  const timeline = new InMemoryTimelineStore();
  const operators = new InMemoryOperatorStore(
    roles.map((role) => ({ name: `${role}-person`, roles: [role], tokenSha256: sha256Hex(tokens[role]) })),
  );
  const feed = new TimelineFeed(
    timeline,
    { pollMs: 20, heartbeatMs: 100, pageSize: 10, maxWatchers, graceMs: 60_000 },
    logger,
  );
  const principals = {
    authenticate: async (credential: string) => {
      if (credential === tokens.principal) return ok({ principalId: 'runner-1' });
      if (credential === tokens.frozen)
        return ok({ principalId: 'runner-2', denied: { status: 'frozen' as const, retry_after_s: 300 } });
      return err(failure('unauthenticated', 'credential_invalid', 'Not known.'));
    },
  };
  const requests = {
    find: async (requestId: string) =>
      requestId.endsWith('404')
        ? err(failure('not_found', 'request_not_found', 'Unknown request.'))
        : ok({ endedAt: requestId.endsWith('0e4d') ? new Date(0) : undefined }),
  };
  const authenticate = new Authenticate(operators, principals, {
    acceptedMs: 1000,
    refusedMs: 1000,
    remembered: 100,
  });
  const limits = new RequestLimits({ requestsPerSecond, refusedCredentialsPerMinute });
  const once = new IdempotencyGuard(new InMemoryIdempotencyStore(), systemClock, {
    keptMs: 60_000,
    waitMs: 1000,
    pollMs: 5,
  });
  const app = await createHttpApp(
    {
      module: TestModule,
      imports: [HealthModule.register({ checks: {} })],
      controllers: [
        apiController(bindings),
        ControlsController,
        AlertsController,
        RequestEventsController,
        DocumentsController,
      ],
      providers: [
        { provide: APP_GUARD, useFactory: () => new AccessGuard(authenticate, limits) },
        { provide: RouteHandler, useFactory: () => new RouteHandler(questions, once) },
        { provide: WatchRequest, useFactory: () => new WatchRequest(timeline, requests, feed, systemClock) },
        {
          provide: ReadControls,
          useFactory: () =>
            new ReadControls({
              dispatch: () => questions.ask(getDispatch, {}),
              landing: () => questions.ask(getLanding, {}),
            }),
        },
        { provide: ListAlerts, useValue: new ListAlerts(new InMemoryAlertStore()) },
        { provide: EndWatches, useFactory: () => new EndWatches(feed) },
      ],
    },
    { logger, validateResponses: true },
  );
  await app.listen(0, '127.0.0.1');
  return { app, questions, timeline, feed };
}
