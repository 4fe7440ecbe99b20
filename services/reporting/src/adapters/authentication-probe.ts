import { amqpAddress, isAccessRefused, openConnection } from '@ymera/amqp';
import { recallCanary, type PayloadOf, type ReplyOf } from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { randomBytes } from 'node:crypto';

export interface ProbeRoute {
  /** `amqp://...`; who stands in it is not used. */
  readonly brokerUrl: string;
  readonly agentsVhost: string;
  /** Asks the registry: one of its instances, and not always the same. */
  readonly recall: (
    payload: PayloadOf<typeof recallCanary>,
    timeoutMs: number,
  ) => Promise<Result<ReplyOf<typeof recallCanary>>>;
}

/** The broker asks one instance of the registry, and our question may come to another. */
const questions = 4;

/**
 * Goes the way of an agent to its authentication, as a user whom no backend knows: the broker has to ask the registry and
 * to refuse. The refusal alone would prove nothing, for the broker refuses everybody when it cannot ask; that the registry
 * was asked about this very name does. A new name each time, because the broker remembers answers by name.
 */
export class AuthenticationProbe {
  private isFlying = false;

  constructor(private readonly way: ProbeRoute) {}

  /** Rejects when the way is not open, and when that is not known within this time. One at a time. */
  async run(withinMs: number): Promise<void> {
    if (this.isFlying) throw new Error('the last canary is not back yet');
    this.isFlying = true;
    try {
      const until = performance.now() + withinMs;
      const name = `_canary-${randomBytes(16).toString('hex')}`;
      await this.expectRefusal(name, withinMs / 2);
      await this.confirmRegistryWasAsked(name, until);
    } finally {
      this.isFlying = false;
    }
  }

  private async expectRefusal(username: string, timeout: number): Promise<void> {
    const address = amqpAddress({
      url: this.way.brokerUrl,
      vhost: this.way.agentsVhost,
      username,
      password: randomBytes(16).toString('hex'),
    });
    const connection = await openConnection(address, { connectTimeoutMs: timeout }).catch(
      (error: unknown) => {
        if (isAccessRefused(error)) return undefined;
        throw error;
      },
    );
    if (connection === undefined) return;
    await connection.close();
    throw new Error('the broker lets in whom nobody knows');
  }

  private async confirmRegistryWasAsked(name: string, until: number): Promise<void> {
    for (let asked = 0; asked < questions; asked += 1) {
      const answer = await this.way.recall({ name }, Math.max(1, until - performance.now()));
      if (!answer.ok) throw new Error(`the registry does not answer: ${answer.error.code}`);
      if (answer.value.asked_at !== null) return;
    }
    throw new Error('the broker did not ask the registry');
  }
}
