import { Controller, Inject } from '@nestjs/common';
import {
  agentRegistered,
  agentRetired,
  agentStandingChanged,
  livenessChanged,
  sessionOpened,
  type PayloadOf,
} from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { ProjectAgents, type DirectoryFact } from '../../application/project-agents';

@Controller()
export class AgentEventsController {
  constructor(@Inject(ProjectAgents) private readonly agents: ProjectAgents) {}

  @OnEvent(agentRegistered)
  registered(message: Received<PayloadOf<typeof agentRegistered>>): Promise<void> {
    return this.agents.registered(factOf(message));
  }

  @OnEvent(agentRetired)
  retired(message: Received<PayloadOf<typeof agentRetired>>): Promise<void> {
    return this.agents.retired(factOf(message));
  }

  @OnEvent(agentStandingChanged)
  sanctionStatusChanged(message: Received<PayloadOf<typeof agentStandingChanged>>): Promise<void> {
    return this.agents.sanctionStatusChanged(factOf(message));
  }

  @OnEvent(sessionOpened)
  sessionOpened(message: Received<PayloadOf<typeof sessionOpened>>): Promise<void> {
    return this.agents.sessionOpened(factOf(message));
  }

  @OnEvent(livenessChanged)
  livenessChanged(message: Received<PayloadOf<typeof livenessChanged>>): Promise<void> {
    return this.agents.livenessChanged(factOf(message));
  }
}

/** Events always carry their aggregate's version; the transport refuses one without. */
const factOf = <Payload>({
  id,
  payload,
  time,
  aggregateVersion = 1,
}: Received<Payload>): DirectoryFact<Payload> => ({
  id,
  payload,
  time,
  aggregateVersion,
});
