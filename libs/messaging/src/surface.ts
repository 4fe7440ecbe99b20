import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { OutgoingMessage, QueryContract, ReplyOf, ServiceName, Topology } from '@ymera/contracts';
import type { Failure, Logger, Result } from '@ymera/kernel';
import type { z } from 'zod';
import type { DelayedDelivery } from './delayed-delivery';

export interface MessagingOptions {
  /** `amqp://user:password@host:port`, without a virtual host. */
  readonly url: string;
  readonly service: ServiceName;
  readonly logger: Logger;
  /** Default `/ymera`. */
  readonly vhost?: string;
  /** Default `/agents`; connected to only when something there is used. */
  readonly agentsVhost?: string;
}

/** Everything a service has on the broker. Connections open when first needed and heal themselves. */
export interface Messaging {
  readonly publisher: Publisher;
  readonly outbox: RabbitOutboxPublisher;
  readonly queries: QueryClient;
  /** For `app.connectMicroservice({ strategy })`. */
  transport(options: TransportOptions): RabbitTransport;
  /** For readiness: throws with a sentence while a connection in use is down or blocked. */
  check(): Promise<void>;
  /** Stops consuming, lets handlers finish (bounded), confirms what is in flight, closes. */
  close(): Promise<void>;
}

export declare function createMessaging(options: MessagingOptions): Messaging;

export declare class Publisher {
  /** Resolves when the broker has confirmed. Rejects with a `FailureException`; never sends a message twice. */
  publish(message: OutgoingMessage): Promise<void>;
  /** One outcome for each message, in order; undefined means confirmed. Never rejects. */
  publishAll(messages: readonly OutgoingMessage[]): Promise<readonly (Failure | undefined)[]>;
}

/** Structurally the `OutboxPublisher` port of @ymera/persistence. */
export interface PublishedRow extends OutgoingMessage {
  readonly id: string;
}
export type PublishOutcome =
  | { readonly id: string; readonly kind: 'confirmed' }
  | { readonly id: string; readonly kind: 'unroutable'; readonly reason: string }
  | { readonly id: string; readonly kind: 'failed'; readonly reason: string };

export declare class RabbitOutboxPublisher {
  publish(rows: readonly PublishedRow[]): Promise<readonly PublishOutcome[]>;
}

export interface TransportOptions {
  /** Where retries wait. */
  readonly delayed: DelayedDelivery;
}

export declare class RabbitTransport extends Server implements CustomTransportStrategy {
  listen(callback: (error?: unknown) => void): void;
  close(): Promise<void>;
  on(): void;
  unwrap<T>(): T;
  /** Begins to consume a queue declared with `consume: 'assignment'`. */
  assign(queue: string): Promise<void>;
  /** Stops it; resolves when its last handler has settled. */
  release(queue: string): Promise<void>;
}

export declare class QueryClient {
  /** Failures `unavailable` (nobody is there to ask) and `timeout` come as values, like those of the answer. */
  ask<P extends z.ZodType, R extends z.ZodType>(
    contract: QueryContract<P, R>,
    payload: z.input<P>,
    options?: { readonly timeoutMs?: number },
  ): Promise<Result<ReplyOf<QueryContract<P, R>>>>;
}

export declare function declareTopology(
  url: string,
  topology: Topology,
  vhosts: { readonly services: string; readonly agents: string },
): Promise<void>;
