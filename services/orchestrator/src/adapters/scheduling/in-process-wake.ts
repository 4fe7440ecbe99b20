import type { AgentType } from '@ymera/contracts';
import type { Wake } from '../../application/ports';
import type { Time } from '../../domain/workflow/workflow';

/** Breaks the dependency cycle between the engine, which wakes loops, and the loops, which use the engine. */
export class InProcessWake implements Wake {
  private timers: Pick<Wake, 'timerSet'> | undefined;
  private dispatcher: Pick<Wake, 'mayDispatch'> | undefined;

  connect(timers: Pick<Wake, 'timerSet'>, dispatcher: Pick<Wake, 'mayDispatch'>): void {
    this.timers = timers;
    this.dispatcher = dispatcher;
  }

  timerSet(at: Time): void {
    this.timers?.timerSet(at);
  }

  mayDispatch(agentTypes: readonly AgentType[]): void {
    this.dispatcher?.mayDispatch(agentTypes);
  }
}
