import type { Result } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { Disposition } from '../disposition';
import type { Received } from '../received';
import type { BatchOptions } from '../subscription';
import type { IntakeFacts } from './intake';
import type { Rejection } from './json-body';

/** A handler for one message at a time; calls are concurrent, up to the prefetch. */
export interface SingleTarget {
  readonly kind: 'single';
  /** Label of metrics and spans. */
  readonly name: string;
  handle(message: Received<unknown>): Promise<Disposition | undefined>;
}

/** A handler for many; one call at a time. */
export interface BatchTarget {
  readonly kind: 'batch';
  readonly name: string;
  readonly batch: BatchOptions;
  /** Messages of agents, by the thousand: few of their batches are traced. */
  readonly isBulk: boolean;
  handle(messages: Received<unknown>[]): Promise<readonly Disposition[] | undefined>;
}

/** How messages of one type are parsed, and their handler. */
export interface Route {
  read(message: ConsumeMessage, facts: IntakeFacts): Result<Received<unknown>, Rejection>;
  readonly target: SingleTarget | BatchTarget;
}
