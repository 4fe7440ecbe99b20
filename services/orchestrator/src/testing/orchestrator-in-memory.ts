import type { AgentType, PayloadOf, result } from '@ymera/contracts';
import { cancel, landChange, materialiseChange, task } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { DispatchWaiting } from '../application/dispatch-waiting';
import { FireTimers } from '../application/fire-timers';
import { ProjectAgents } from '../application/project-agents';
import { HandleIntegrationOutcome } from '../application/handle-integration-outcome';
import type { OrchestratorMetrics, OrchestratorStores, WorkflowTracing, Wake } from '../application/ports';
import { MarkAgentResponsive } from '../application/mark-agent-responsive';
import { ReadWorkflows } from '../application/read-workflows';
import { Reconcile } from '../application/reconcile';
import { WorkflowEngine } from '../application/workflow-engine';
import { DispatchControl } from '../application/dispatch-control';
import { WorkflowControl } from '../application/workflow-control';
import { ExtendLease } from '../application/extend-lease';
import { HandleTaskResult } from '../application/handle-task-result';
import type { WorkflowDefinition } from '../domain/workflow/workflow';
import { defaultWorkflowPolicy } from '../domain/workflow/workflow-policy';
import { emptyState, type OrchestratorState } from './stores/in-memory-state';
import { inMemoryStores } from './stores/in-memory-stores';
import { committedFrom, landedFrom } from './integration-answers';
import { workflowId } from './plans';

type Task = PayloadOf<typeof task>;
type Result = PayloadOf<typeof result>;

/** The whole application over in-memory stores and a clock that the test moves. */
export class OrchestratorInMemory {
  readonly clock = new FakeClock();
  readonly policy = defaultWorkflowPolicy;
  readonly refused: string[] = [];
  readonly rejections: string[] = [];
  /** The reconciler's next pass comes before due timers were fired. */
  isFiringLate = false;
  /** The count of each pass of the reconciler. */
  readonly orphansSeen: number[] = [];
  isBrokerUnavailable = false;
  readonly unitOfWork = new InMemoryUnitOfWork<OrchestratorState, OrchestratorStores>(emptyState(), (state) =>
    inMemoryStores(state, this.policy, () => this.clock.now().getTime()),
  );
  readonly traces: (string | undefined)[] = [];
  /** Types whose dispatch was woken after a commit and has not run yet. */
  private readonly woken = new Set<AgentType>();
  private versions = 0;
  trace: string | undefined;
  /** Whether wake-ups are handled. */
  isDispatching = true;

  private readonly wake: Wake = {
    timerSet: () => undefined,
    mayDispatch: (types) => types.forEach((type) => this.woken.add(type)),
  };
  private readonly metrics: OrchestratorMetrics = {
    resultRefused: (code) => void this.refused.push(code),
    stepRejected: (cause) => void this.rejections.push(cause),
    orphans: (count) => void this.orphansSeen.push(count),
    timerFired: () => undefined,
  };
  private readonly tracing: WorkflowTracing = {
    current: () => this.trace,
    within: (traceparent, _, work) => {
      this.traces.push(traceparent);
      return work();
    },
  };

  readonly engine = new WorkflowEngine({
    unitOfWork: this.unitOfWork,
    clock: this.clock,
    newId: () => this.id(),
    random: () => 0.5,
    policy: this.policy,
    tracing: this.tracing,
    wake: this.wake,
    metrics: this.metrics,
  });
  readonly pauses = new DispatchControl(this.unitOfWork, this.wake, this.clock);
  readonly control = new WorkflowControl(this.engine);
  readonly integration = new HandleIntegrationOutcome(this.engine);
  readonly agents = new ProjectAgents(this.unitOfWork, this.engine, this.wake);
  private readonly hearing = new MarkAgentResponsive(this.unitOfWork, this.wake);
  readonly results = new HandleTaskResult(this.engine, this.hearing, this.metrics);
  readonly progress = new ExtendLease({
    unitOfWork: this.unitOfWork,
    clock: this.clock,
    leaseMs: this.policy.leaseMs,
    tracing: this.tracing,
    hearing: this.hearing,
    metrics: this.metrics,
  });
  readonly timers = new FireTimers({
    unitOfWork: this.unitOfWork,
    engine: this.engine,
    clock: this.clock,
    policy: this.policy,
    metrics: this.metrics,
    logger: silentLogger,
  });
  readonly dispatch = new DispatchWaiting(this.unitOfWork, this.engine, this.clock, silentLogger);
  readonly reconcile = new Reconcile({
    unitOfWork: this.unitOfWork,
    dispatch: this.dispatch,
    clock: this.clock,
    metrics: this.metrics,
    logger: silentLogger,
    fired: async () => {
      if (this.isBrokerUnavailable) throw new Error('the broker is unavailable');
      if (!this.isFiringLate) await this.timers.fireDue();
      this.isFiringLate = false;
    },
    periodMs: 5000,
  });
  readonly reading = new ReadWorkflows(this.unitOfWork);

  async stepOf(stepId: string, id = workflowId) {
    const view = await this.reading.one(id);
    const step = view.ok ? view.value.steps.find(({ step_id }) => step_id === stepId) : undefined;
    if (!step) throw new Error(`no step ${stepId}`);
    return step;
  }

  id(): string {
    return uuidv7(this.clock.now().getTime());
  }

  /** The effect of in-process wake-ups after each commit. */
  async settle(): Promise<void> {
    while (this.isDispatching) {
      const types = [...this.woken];
      if (types.length === 0) return;
      this.woken.clear();
      for (const type of types) await this.dispatch.execute(type);
    }
  }

  async start(definition: WorkflowDefinition, messageId = this.id()): Promise<void> {
    await this.engine.start(definition, { consumer: 'orchestrator.start_workflow', messageId });
    await this.settle();
  }

  /** Registered and with an open session. */
  async join(agentId: string, agentType: AgentType, principalId = `${agentId}-principal`): Promise<void> {
    this.versions += 1;
    const fact = { time: this.clock.now(), aggregateVersion: this.versions };
    await this.agents.registered({
      ...fact,
      id: this.id(),
      payload: {
        agent_id: agentId,
        agent_type: agentType,
        capabilities: ['any'],
        principal_id: principalId,
        partition: 1,
        credential_epoch: 1,
        registered_at: this.clock.now().toISOString(),
      },
    });
    await this.agents.sessionOpened({
      ...fact,
      id: this.id(),
      payload: {
        principal_id: principalId,
        session: this.versions,
        agent_ids: [agentId],
        interval_s: 60,
        opened_at: this.clock.now().toISOString(),
      },
    });
    await this.settle();
  }

  async retire(agentId: string): Promise<void> {
    this.versions += 1;
    await this.agents.retired({
      id: this.id(),
      time: this.clock.now(),
      aggregateVersion: this.versions,
      payload: {
        agent_id: agentId,
        principal_id: `${agentId}-principal`,
        reason: 'Replaced.',
      },
    });
    await this.settle();
  }

  async joinAll(): Promise<void> {
    await this.join('reviewer-1', 'EXAMINATION');
    await this.join('enhancer-1', 'ENHANCEMENT');
    await this.join('tester-1', 'TESTING');
  }

  tasks(): Task[] {
    return this.unitOfWork.outbox.payloads(task);
  }

  lastTask(): Task {
    const last = this.tasks().at(-1);
    if (!last) throw new Error('no task was sent');
    return last;
  }

  canceled(): PayloadOf<typeof cancel>[] {
    return this.unitOfWork.outbox.payloads(cancel);
  }

  async accept({ agent_id, task_id, attempt, fencing_token }: Task): Promise<void> {
    await this.results.accepted(`${agent_id}-principal`, { agent_id, task_id, attempt, fencing_token });
    await this.settle();
  }

  async end(
    { agent_id, task_id, attempt, fencing_token }: Task,
    result: Partial<Result> = {},
    principalId = `${agent_id}-principal`,
  ): Promise<void> {
    await this.results.ended(principalId, {
      agent_id,
      task_id,
      attempt,
      fencing_token,
      outcome: 'completed',
      artefacts: [],
      ...result,
    });
    await this.settle();
  }

  async progressed(
    { agent_id, task_id, attempt, fencing_token }: Task,
    progress = 0.5,
    principalId = `${agent_id}-principal`,
  ): Promise<void> {
    await this.progress.progressed(principalId, {
      agent_id,
      task_id,
      attempt,
      fencing_token,
      progress,
      step: 'working',
      counter: 1,
    });
  }

  /** Integration creates a commit of the last proposal. */
  async recordCommit(): Promise<void> {
    const order = this.unitOfWork.outbox.payloads(materialiseChange).at(-1);
    if (!order) throw new Error('no commit was ordered');
    await this.integration.committed(this.id(), committedFrom(order, this.id()));
    await this.settle();
  }

  async land(): Promise<void> {
    const order = this.unitOfWork.outbox.payloads(landChange).at(-1);
    if (!order) throw new Error('no landing was ordered');
    await this.integration.landed(this.id(), landedFrom(order, this.clock.now()));
    await this.settle();
  }

  /** Polls the timers every 100 ms of the clock, as the process does. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      this.clock.advance(100);
      await this.timers.fireDue(this.clock.now().getTime());
      await this.settle();
    }
  }
}
