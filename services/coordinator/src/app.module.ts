import type { DynamicModule } from '@nestjs/common';
import { systemClock, uuidv7 } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { currentTraceId } from '@ymera/observability';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { ApprovalsController } from './adapters/messaging/approvals.controller';
import { QueryDirectory } from './adapters/messaging/query-directory';
import { RequestsController } from './adapters/messaging/requests.controller';
import { WorkflowsController } from './adapters/messaging/workflows.controller';
import { coordinatorStores } from './adapters/persistence/coordinator-stores';
import { migrations } from './adapters/persistence/migrations';
import { DecideApproval } from './application/decide-approval';
import { DeleteOldRequests } from './application/delete-old-requests';
import { ProjectGates } from './application/project-gates';
import { HandleWorkflowEnd } from './application/handle-workflow-end';
import { ReadApprovals } from './application/read-approvals';
import { ReconcileRequests } from './application/reconcile-requests';
import { ReadRequests } from './application/read-requests';
import { RevertChange } from './application/revert-change';
import { SubmitRequest } from './application/submit-request';
import type { CoordinatorConfig } from './config';

const expiryIntervalMs = 1_000;
const maxReconcileIntervalMs = 10_000;
const confirmedCheckFactor = 10;
const maxRestarts = 3;
const retentionIntervalMs = 3_600_000;

class CoordinatorModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function coordinatorModule(
  config: CoordinatorConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const { logger, shutdown } = runtime;
  const infrastructure = await openServiceInfrastructure(config, runtime, {
    service: 'coordinator',
    migrations,
  });
  const { messaging } = infrastructure;

  const unitOfWork = infrastructure.unitOfWork(coordinatorStores);
  const ids = { next: () => uuidv7() };
  const gates = new ProjectGates(unitOfWork, systemClock, ids);
  const submitting = {
    unitOfWork,
    directory: new QueryDirectory(messaging.queries),
    clock: systemClock,
    ids,
    limits: {
      taskTimeoutS: config.YMERA_TASK_TIMEOUT_SECONDS,
      gateExpiryS: config.YMERA_APPROVAL_EXPIRY_SECONDS,
      budgetS: config.YMERA_RUN_BUDGET_SECONDS,
    },
    traceId: () => currentTraceId() ?? '',
    checkAfterMs: config.YMERA_REQUEST_CHECK_SECONDS * 1000,
  };
  const reconciling = new ReconcileRequests({
    unitOfWork,
    directory: submitting.directory,
    clock: systemClock,
    logger,
    policy: {
      checkAfterMs: submitting.checkAfterMs,
      confirmedCheckMs: submitting.checkAfterMs * confirmedCheckFactor,
      maxRestarts,
    },
  });
  const reconciler = new PeriodicJob(
    'running requests',
    Math.min(submitting.checkAfterMs, maxReconcileIntervalMs),
    () => reconciling.execute(),
    logger,
  );
  reconciler.start();
  const deleting = new DeleteOldRequests(
    unitOfWork,
    systemClock,
    config.YMERA_REQUEST_RETENTION_DAYS,
    logger,
  );
  const retention = new PeriodicJob('old requests', retentionIntervalMs, () => deleting.execute(), logger);
  retention.start();
  shutdown.defer('retention of requests', () => retention.stop());
  shutdown.defer('reconciler of requests', () => reconciler.stop());
  const expiry = new PeriodicJob('overdue approvals', expiryIntervalMs, () => gates.expireOverdue(), logger);
  expiry.start();
  shutdown.defer('expiry of approvals', () => expiry.stop());

  return {
    module: CoordinatorModule,
    controllers: [RequestsController, ApprovalsController, WorkflowsController],
    providers: [
      {
        provide: RabbitTransport,
        useValue: infrastructure.transport(),
      },
      { provide: SubmitRequest, useValue: new SubmitRequest(submitting) },
      { provide: RevertChange, useValue: new RevertChange(submitting) },
      { provide: HandleWorkflowEnd, useValue: new HandleWorkflowEnd(unitOfWork, systemClock) },
      { provide: ProjectGates, useValue: gates },
      { provide: DecideApproval, useValue: new DecideApproval(unitOfWork, systemClock) },
      { provide: ReadRequests, useValue: new ReadRequests(unitOfWork) },
      { provide: ReadApprovals, useValue: new ReadApprovals(unitOfWork) },
    ],
  };
}
