import { agentRoutingKey, helloPartition, result, type AgentMessageContract } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { z } from 'zod';
import type { BrokerLink } from './broker-link';

export type Partition = number | typeof helloPartition;

export interface OutgoingParts {
  readonly principalId: string;
  readonly link: Pick<BrokerLink, 'publish'>;
  readonly logger: Logger;
  /** Of the session; undefined while there is none. */
  partition(): number | undefined;
  /** While the platform accepts only reports and hello of the principal. */
  isMuted(): boolean;
}

const maxBodyBytes = 1_048_576;

/**
 * Publishes messages of a principal: to its partition, within the size limit, and only those permitted at the moment.
 */
export class OutgoingMessages {
  constructor(private readonly parts: OutgoingParts) {}

  /** False when it was not sent, or not confirmed. */
  publish<Name extends string, Payload extends z.ZodType>(
    channel: 'report' | 'result' | 'event',
    contract: AgentMessageContract<Name, Payload>,
    payload: z.input<Payload>,
    partition: Partition | undefined = this.parts.partition(),
    headers: Record<string, string> = {},
  ): Promise<boolean> {
    if (partition === undefined) return Promise.resolve(false);
    const isWayBack = channel === 'report' || partition === helloPartition;
    if (this.parts.isMuted() && !isWayBack) return Promise.resolve(false);
    const body = Buffer.from(JSON.stringify(payload));
    if (body.length > maxBodyBytes) {
      this.parts.logger.error('message is too large', { type: contract.name, bytes: body.length });
      return contract.name === result.name
        ? this.publishOversize(payload as z.input<typeof result.payload>, partition)
        : Promise.resolve(false);
    }
    return this.parts.link.publish({
      routingKey: agentRoutingKey(channel, partition, this.parts.principalId),
      type: contract.name,
      body,
      headers,
    });
  }

  /** A result that cannot be sent must still end the attempt, with a reason. */
  private publishOversize(
    { agent_id, task_id, attempt, fencing_token }: z.input<typeof result.payload>,
    partition: Partition,
  ): Promise<boolean> {
    return this.publish(
      'result',
      result,
      {
        agent_id,
        task_id,
        attempt,
        fencing_token,
        outcome: 'failed',
        artefacts: [],
        error: {
          code: 'result_too_large',
          message: 'The result is larger than 1 MiB.',
          retryable: false,
          suggestion: 'Upload the patch as an artefact and return change_artefact, or make a smaller change.',
        },
      },
      partition,
    );
  }
}
