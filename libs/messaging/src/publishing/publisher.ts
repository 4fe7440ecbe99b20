import type { OutgoingMessage, VirtualHost } from '@ymera/contracts';
import { FailureException, type Failure } from '@ymera/kernel';
import type { OriginAuthenticator } from '../origin';
import type { ChannelPublisher, Sink } from './channel-publisher';

/**
 * Publishes messages to the virtual host they name, persistent and mandatory. A promise settles when the broker has
 * answered: a message is safe from then on. A copy for a queue of our own gets a MAC (ADR 0020). Failures are the codes of
 * `publishFailures`.
 */
export class Publisher {
  readonly #byVhost = new Map<VirtualHost, ChannelPublisher>();

  constructor(
    private readonly origins: Pick<OriginAuthenticator, 'sign'>,
    private readonly create: (vhost: VirtualHost) => ChannelPublisher,
  ) {}

  /** Rejects with a `FailureException`. Never sends the message twice. */
  publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#on(message.vhost).offer(this.origins.sign(message), 0, {
        settled: (_index, problem) => (problem ? reject(new FailureException(problem)) : resolve()),
      });
    });
  }

  /** One outcome for each message, in their order; undefined means confirmed. Never rejects. */
  publishAll(messages: readonly OutgoingMessage[]): Promise<readonly (Failure | undefined)[]> {
    return new Promise((resolve) => {
      // A hole is a message without an answer: an undefined would read as one that was confirmed.
      const outcomes = new Array<Failure | undefined>(messages.length);
      let left = messages.length;
      if (left === 0) resolve(outcomes);
      const sink: Sink = {
        settled: (index, problem) => {
          if (index in outcomes) return;
          outcomes[index] = problem;
          left -= 1;
          if (left === 0) resolve(outcomes);
        },
      };
      for (const [index, message] of messages.entries())
        this.#on(message.vhost).offer(this.origins.sign(message), index, sink);
    });
  }

  /** Accepts no more messages, waits (with a timeout) for confirms. */
  async close(): Promise<void> {
    await Promise.all([...this.#byVhost.values()].map((publisher) => publisher.close()));
  }

  #on(vhost: VirtualHost): ChannelPublisher {
    let publisher = this.#byVhost.get(vhost);
    if (publisher === undefined) {
      publisher = this.create(vhost);
      this.#byVhost.set(vhost, publisher);
    }
    return publisher;
  }
}
