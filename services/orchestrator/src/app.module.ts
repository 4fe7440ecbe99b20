import type { DynamicModule } from '@nestjs/common';
import { agentQueues } from '@ymera/contracts';
import { systemClock, uuidv7, withTimeout } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { AgentEventsController } from './adapters/messaging/agent-events.controller';
import { AgentResultsController } from './adapters/messaging/agent-results.controller';
import { BrokerProbe } from './adapters/messaging/broker-probe';
import { DispatchController } from './adapters/messaging/dispatch.controller';
import { IntegrationEventsController } from './adapters/messaging/integration-events.controller';
import { WorkflowsController } from './adapters/messaging/workflows.controller';
import { OtelWorkflowTracing } from './adapters/observability/otel-workflow-tracing';
import { prometheusMetrics } from './adapters/observability/prometheus-metrics';
import { migrations } from './adapters/persistence/migrations';
import { postgresStores } from './adapters/persistence/postgres-stores';
import { DispatchLoop } from './adapters/scheduling/dispatch-loop';
import { InProcessWake } from './adapters/scheduling/in-process-wake';
import { TimerLoop } from './adapters/scheduling/timer-loop';
import { DispatchWaiting } from './application/dispatch-waiting';
import { FireTimers } from './application/fire-timers';
import { ProjectAgents } from './application/project-agents';
import { HandleIntegrationOutcome } from './application/handle-integration-outcome';
import { MarkAgentResponsive } from './application/mark-agent-responsive';
import { ReadWorkflows } from './application/read-workflows';
import { Reconcile } from './application/reconcile';
import { WorkflowEngine } from './application/workflow-engine';
import { DeleteOldWorkflows } from './application/delete-old-workflows';
import { DispatchControl } from './application/dispatch-control';
import { WorkflowControl } from './application/workflow-control';
import { ExtendLease } from './application/extend-lease';
import { HandleTaskResult } from './application/handle-task-result';
import { deadLettersModule } from './dead-letters/dead-letters.module';
import { workflowPolicyOf, type OrchestratorConfig } from './config';

const service = 'orchestrator';
/** A fraction of a lease, so that the probe's answer is always fresher than a lease requires. */
const maxFreshMs = 1_000;
/** Timeout of a pass over the timers. Many are due at once after an outage, on a busy machine. */
const maxPassMs = 5_000;

const retentionIntervalMs = 3_600_000;

class OrchestratorModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function orchestratorModule(
  config: OrchestratorConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const { logger, shutdown } = runtime;
  const infrastructure = await openServiceInfrastructure(config, runtime, { service, migrations });
  const { messaging } = infrastructure;

  const policy = workflowPolicyOf(config);
  const unitOfWork = infrastructure.unitOfWork(postgresStores(policy));
  const clock = systemClock;
  const tracing = new OtelWorkflowTracing();
  const metrics = prometheusMetrics();
  const wake = new InProcessWake();
  const engine = new WorkflowEngine({
    unitOfWork,
    clock,
    newId: () => uuidv7(),
    random: Math.random,
    policy,
    tracing,
    wake,
    metrics,
  });

  const hearing = new MarkAgentResponsive(unitOfWork, wake);
  const dispatch = new DispatchWaiting(unitOfWork, engine, clock, logger);
  const presence = new BrokerProbe(
    () => messaging.depth('agents', agentQueues.results),
    Math.min(maxFreshMs, policy.leaseMs / 8),
    clock,
  );
  const reachable = async (): Promise<void> => {
    await messaging.check();
    await presence.assert();
  };
  const timers = new TimerLoop(
    new FireTimers({ unitOfWork, engine, clock, policy, metrics, logger }),
    reachable,
    logger,
  );
  const dispatcher = new DispatchLoop(dispatch, logger);
  wake.connect(timers, dispatcher);
  const periodMs = config.YMERA_RECONCILE_SECONDS * 1000;
  // The reconciler must still run when the timer loop hangs, to report it.
  const fired = async (): Promise<void> => {
    await withTimeout(maxPassMs, timers.polled(), () => undefined);
  };
  const reconcile = new Reconcile({ unitOfWork, dispatch, clock, metrics, logger, fired, periodMs });
  const reconciler = new PeriodicJob('reconcile', periodMs, () => reconcile.execute(), logger);
  timers.start();
  reconciler.start();
  shutdown.defer('dispatcher', () => dispatcher.stop());
  shutdown.defer('timers', () => timers.stop());
  shutdown.defer('reconciler', () => reconciler.stop());

  const retention = {
    workflowDays: config.YMERA_WORKFLOW_RETENTION_DAYS,
    logDays: config.YMERA_TASK_LOG_RETENTION_DAYS,
  };
  const deleting = new DeleteOldWorkflows(unitOfWork, clock, retention, logger);
  const retentionJob = new PeriodicJob(
    'old workflows',
    retentionIntervalMs,
    () => deleting.execute(),
    logger,
  );
  retentionJob.start();
  shutdown.defer('retention of workflows', () => retentionJob.stop());

  const deadLetters = deadLettersModule(config, runtime, infrastructure);
  return {
    module: OrchestratorModule,
    controllers: [
      WorkflowsController,
      AgentResultsController,
      IntegrationEventsController,
      AgentEventsController,
      DispatchController,
      ...deadLetters.controllers,
    ],
    providers: [
      ...deadLetters.providers,
      {
        provide: RabbitTransport,
        useValue: infrastructure.transport(),
      },
      { provide: WorkflowEngine, useValue: engine },
      { provide: WorkflowControl, useValue: new WorkflowControl(engine) },
      { provide: DispatchControl, useValue: new DispatchControl(unitOfWork, wake, clock) },
      { provide: ReadWorkflows, useValue: new ReadWorkflows(unitOfWork) },
      { provide: HandleIntegrationOutcome, useValue: new HandleIntegrationOutcome(engine) },
      { provide: ProjectAgents, useValue: new ProjectAgents(unitOfWork, engine, wake) },
      { provide: HandleTaskResult, useValue: new HandleTaskResult(engine, hearing, metrics) },
      {
        provide: ExtendLease,
        useValue: new ExtendLease({ unitOfWork, clock, leaseMs: policy.leaseMs, tracing, hearing, metrics }),
      },
    ],
  };
}
