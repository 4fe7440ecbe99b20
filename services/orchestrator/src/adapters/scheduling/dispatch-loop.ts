import type { AgentType } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { DispatchWaiting } from '../../application/dispatch-waiting';

/** At most one dispatch per agent type at a time; requests during it cause one more after it. */
export class DispatchLoop {
  private readonly working = new Map<AgentType, { again: boolean; done: Promise<void> }>();
  private isStopped = false;

  constructor(
    private readonly dispatch: Pick<DispatchWaiting, 'execute'>,
    private readonly logger: Logger,
  ) {}

  mayDispatch(agentTypes: readonly AgentType[]): void {
    if (this.isStopped) return;
    for (const type of agentTypes) {
      const working = this.working.get(type);
      if (working) working.again = true;
      else this.begin(type);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.working.values()].map(({ done }) => done));
  }

  private begin(type: AgentType): void {
    const state = { again: true, done: Promise.resolve() };
    this.working.set(type, state);
    state.done = this.run(type, state);
  }

  private async run(type: AgentType, state: { again: boolean }): Promise<void> {
    while (state.again && !this.isStopped) {
      state.again = false;
      await this.dispatch.execute(type).catch((error: unknown) => {
        this.logger.warn('waiting steps could not be dispatched; the reconciler tries again', {
          agent_type: type,
          error,
        });
      });
    }
    // In the same turn as the last check of `again`: a request after this starts a new dispatch.
    this.working.delete(type);
  }
}
