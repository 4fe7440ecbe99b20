import type { Messages, UnitOfWork, VirtualHost } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { MigrationInterface } from 'typeorm';
import type { OutboxPublisher, OutboxRow } from './outbox/outbox-publisher';
import type { SqlExecutor } from './sql-executor';

export type MigrationClass = new () => MigrationInterface;

export interface DatabaseOptions {
  /** `postgresql://role:password@host:port/database`, with the service's own role. */
  readonly url: string;
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly logger?: Logger;
}

export interface Database {
  readonly schema: string;
  readonly sql: SqlExecutor;
  migrateUp(): Promise<void>;
  migrateDown(steps?: number): Promise<void>;
  isHealthy(): Promise<boolean>;
  close(): Promise<void>;
}

export declare function createDatabase(options: DatabaseOptions): Promise<Database>;

export declare class PostgresUnitOfWork<Stores extends object> implements UnitOfWork<Stores> {
  constructor(
    database: Database,
    options: { readonly service: string; readonly relay?: OutboxRelay; readonly logger?: Logger },
    stores: (sql: SqlExecutor) => Stores,
  );
  run<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R>;
}

export declare const messagingMigrations: readonly MigrationClass[];

export declare class OutboxRelay {
  constructor(options: {
    readonly database: Database;
    readonly publisher: OutboxPublisher;
    readonly service: string;
    readonly logger: Logger;
  });
  start(): Promise<void>;
  stop(): Promise<void>;
  handOver(rows: readonly OutboxRow[]): void;
}

/** A delivery that is to come back to its queue later. */
export interface DelayedMessage {
  readonly vhost: VirtualHost;
  readonly queue: string;
  readonly retryAt: Date;
  readonly messageId: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Structurally the `DelayedDelivery` port of @ymera/messaging. */
export declare class PostgresDelayedDelivery {
  constructor(database: Database);
  schedule(message: DelayedMessage): Promise<void>;
}
