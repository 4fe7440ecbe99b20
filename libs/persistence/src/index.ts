export { createDatabase, type DatabaseOptions, type MigrationClass } from './database/create-database';
export { Database } from './database/database';
export type { SqlExecutor } from './database/sql-executor';
export { messagingMigrations } from './migrations/messaging-tables';
export { PostgresDelayedDelivery, type DelayedMessage } from './outbox/delayed-delivery';
export type { OutboxPublisher, OutboxRow, PublishOutcome } from './outbox/outbox-publisher';
export { OutboxRelay, type OutboxRelayOptions } from './outbox/outbox-relay';
export { createPauseLog, dropPauseLog, PostgresPauseLog } from './pauses/pause-log';
export { PostgresUnitOfWork, type UnitOfWorkOptions } from './unit-of-work/postgres-unit-of-work';
