import { amqpAddress, isAccessRefused, openConnection } from '@ymera/amqp';
import { recallCanary, type PayloadOf, type ReplyOf } from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { randomBytes } from 'node:crypto';

export interface ProbeRoute {
  /** `amqp://...`; its credentials are not used. */
  readonly brokerUrl: string;
  readonly agentsVhost: string;
  /** Queries the registry: any one of its instances. */
  readonly recall: (
    payload: PayloadOf<typeof recallCanary>,
    timeoutMs: number,
  ) => Promise<Result<ReplyOf<typeof recallCanary>>>;
}

/** The broker asks one instance of the registry, and our query may reach another. */
const questions = 4;

/**
 * Logs in like an agent, as a user that no backend knows: the broker must ask the registry and refuse the login. The
 * refusal alone proves nothing, because the broker refuses every login when it cannot ask; the registry must have been
 * asked about exactly this name. The name is new each time, because the broker caches answers by name.
 */
export class AuthenticationProbe {
  private isRunning = false;

  constructor(private readonly way: ProbeRoute) {}

  /** Rejects when the login path is broken, and after this timeout. One run at a time. */
  async run(withinMs: number): Promise<void> {
    if (this.isRunning) throw new Error('the last authentication probe is still running');
    this.isRunning = true;
    try {
      const until = performance.now() + withinMs;
      const name = `_canary-${randomBytes(16).toString('hex')}`;
      await this.expectRefusal(name, withinMs / 2);
      await this.confirmRegistryWasAsked(name, until);
    } finally {
      this.isRunning = false;
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
    throw new Error('the broker accepted an unknown user');
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
