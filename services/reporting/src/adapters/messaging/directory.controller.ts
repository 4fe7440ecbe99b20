import { Controller, Inject } from '@nestjs/common';
import { agentRegistered, agentRetired, sessionOpened, type PayloadOf } from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { KeepDirectory } from '../../application/keep-directory';

/** What the registry says. */
@Controller()
export class DirectoryController {
  constructor(@Inject(KeepDirectory) private readonly directory: KeepDirectory) {}

  @OnEvent(agentRegistered)
  registered({ id, payload }: Received<PayloadOf<typeof agentRegistered>>): Promise<void> {
    return this.directory.registered(id, payload);
  }

  @OnEvent(agentRetired)
  retired({ id, payload }: Received<PayloadOf<typeof agentRetired>>): Promise<void> {
    return this.directory.retired(id, payload);
  }

  @OnEvent(sessionOpened)
  sessionOpened({ id, payload }: Received<PayloadOf<typeof sessionOpened>>): Promise<void> {
    return this.directory.sessionOpened(id, payload);
  }
}
