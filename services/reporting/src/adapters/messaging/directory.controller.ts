import { Controller, Inject } from '@nestjs/common';
import { agentRegistered, agentRetired, sessionOpened, type PayloadOf } from '@ymera/contracts';
import { OnEventBatch, type Received } from '@ymera/messaging';
import { ProjectDirectory, type RegistryFact } from '../../application/project-directory';

type Registered = PayloadOf<typeof agentRegistered>;
type Retired = PayloadOf<typeof agentRetired>;
type Opened = PayloadOf<typeof sessionOpened>;

/** After an outage the whole fleet says hello at once. */
const batch = { max: 500, waitMs: 5 };

/** Events of the registry. */
@Controller()
export class DirectoryController {
  constructor(@Inject(ProjectDirectory) private readonly directory: ProjectDirectory) {}

  @OnEventBatch([agentRegistered, agentRetired, sessionOpened], batch)
  facts(messages: Received<Registered | Retired | Opened>[]): Promise<void> {
    return this.directory.execute(messages.map(factOf));
  }
}

/** The transport has validated the payload against the contract that `type` names. */
function factOf({ type, id, payload }: Received<Registered | Retired | Opened>): RegistryFact {
  switch (type) {
    case agentRegistered.key:
      return { kind: 'registered', id, payload: payload as Registered };
    case agentRetired.key:
      return { kind: 'retired', id, payload: payload as Retired };
    default:
      return { kind: 'session_opened', id, payload: payload as Opened };
  }
}
