import type { UnitOfWork } from '@ymera/unit-of-work';
import type { Heartbeat, OrchestratorStores } from '../../application/ports';
import type { Attempt, Workflow } from '../../domain/workflow/workflow';
import { planOf, review, test as testStep } from '../plans';
import { idFrom, WorkflowScenario } from '../workflow-scenario';

export interface OpenStores {
  readonly unitOfWork: UnitOfWork<OrchestratorStores>;
  close(): Promise<void>;
}

const reviewPlan = planOf([review, { ...testStep, depends_on: [] }]);

/** An implementation of the stores, and the rows that tests of all of them put there. */
export class StoresUnderTest {
  private stores: OpenStores | undefined;
  private number = 0x100;

  async open(open: () => Promise<OpenStores>): Promise<void> {
    this.stores = await open();
  }

  async close(): Promise<void> {
    await this.stores?.close();
  }

  readonly inside = <R>(work: (tx: OrchestratorStores) => Promise<R>): Promise<R> => {
    if (!this.stores) throw new Error('the stores are not open');
    return this.stores.unitOfWork.run(work);
  };

  /** A workflow of its own, so that tests are isolated. */
  readonly scenarioOf = (plan = reviewPlan): WorkflowScenario => {
    this.number += 1;
    const scenario = new WorkflowScenario(plan, Date.now());
    const workflowId = idFrom(this.number);
    const own = (workflow: Workflow): Workflow => ({
      ...workflow,
      definition: { ...workflow.definition, workflow_id: workflowId },
    });
    scenario.workflow = own(scenario.workflow);
    let ids = this.number * 0x10000;
    scenario.context.newId = () => idFrom((ids += 1));
    return scenario;
  };

  readonly stored = async (scenario: WorkflowScenario): Promise<WorkflowScenario> => {
    await this.inside((tx) => tx.runs.insert({ workflow: scenario.workflow, traceparent: 'trace' }));
    return scenario;
  };

  /** Applies `change` to the scenario and saves the difference. */
  readonly changed = async (scenario: WorkflowScenario, change: () => unknown): Promise<void> => {
    const before = scenario.workflow;
    change();
    await this.inside((tx) => tx.runs.save(before, scenario.workflow));
  };

  readonly register = (agentId: string, version = 1, slots = 1): Promise<void> =>
    this.inside((tx) =>
      tx.directory.register(
        {
          agentId,
          agentType: 'EXAMINATION',
          principalId: `${agentId}-principal`,
          capabilities: ['any'],
          credentialEpoch: 1,
          slots,
        },
        version,
      ),
    );

  readonly dispatched = async (
    agentId: string,
  ): Promise<{ readonly scenario: WorkflowScenario; readonly attempt: Attempt }> => {
    await this.register(agentId);
    const scenario = await this.stored(this.scenarioOf());
    await this.changed(scenario, () => scenario.assign('review', agentId));
    return { scenario, attempt: scenario.attempt('review') };
  };
}

/** A report of the holder of an attempt. */
export const beat = (attempt: Attempt, patch: Partial<Heartbeat> = {}): Heartbeat => ({
  agentId: attempt.agentId,
  principalId: attempt.principalId,
  taskId: attempt.taskId,
  attempt: attempt.attempt,
  fencingToken: attempt.fencingToken,
  progress: 0.4,
  step: 'working',
  leaseExpiresAt: Date.now() + 60_000,
  now: Date.now(),
  publishEveryMs: 250,
  ...patch,
});

export const idOf = (scenario: WorkflowScenario): string => scenario.workflow.definition.workflow_id;
