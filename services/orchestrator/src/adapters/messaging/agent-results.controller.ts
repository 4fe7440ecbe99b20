import { Controller, Inject } from '@nestjs/common';
import {
  agentQueues,
  log,
  progress,
  result,
  taskAccepted,
  taskDeclined,
  type PayloadOf,
} from '@ymera/contracts';
import { dead, OnAgentMessage, type Disposition, type Received } from '@ymera/messaging';
import { ExtendLease } from '../../application/extend-lease';
import { HandleTaskResult } from '../../application/handle-task-result';

type Taken = Promise<Disposition | void>;

/**
 * Messages of agents about tasks. The validated principal is the only identity; a message without one is dead-lettered.
 */
@Controller()
export class AgentResultsController {
  constructor(
    @Inject(HandleTaskResult) private readonly results: HandleTaskResult,
    @Inject(ExtendLease) private readonly progress: ExtendLease,
  ) {}

  @OnAgentMessage(agentQueues.results, taskAccepted)
  accepted(message: Received<PayloadOf<typeof taskAccepted>>): Taken {
    return from(message, (principalId) => this.results.accepted(principalId, message.payload));
  }

  @OnAgentMessage(agentQueues.results, taskDeclined)
  declined(message: Received<PayloadOf<typeof taskDeclined>>): Taken {
    return from(message, (principalId) => this.results.declined(principalId, message.payload));
  }

  @OnAgentMessage(agentQueues.results, progress)
  progressed(message: Received<PayloadOf<typeof progress>>): Taken {
    return from(message, (principalId) => this.progress.progressed(principalId, message.payload));
  }

  @OnAgentMessage(agentQueues.results, log)
  logged(message: Received<PayloadOf<typeof log>>): Taken {
    return from(message, (principalId) => this.progress.logged(principalId, message.payload));
  }

  @OnAgentMessage(agentQueues.results, result)
  ended(message: Received<PayloadOf<typeof result>>): Taken {
    return from(message, (principalId) => this.results.ended(principalId, message.payload));
  }
}

async function from(
  { principalId }: Received<unknown>,
  take: (principalId: string) => Promise<void>,
): Promise<Disposition | void> {
  if (principalId === undefined)
    return dead(
      'identity_missing',
      'The message has no validated user id. Set user_id to the own user name.',
    );
  await take(principalId);
}
