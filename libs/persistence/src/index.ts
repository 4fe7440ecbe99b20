export type { OutboxPublisher, OutboxRow, PublishOutcome } from './outbox/outbox-publisher';
export type { SqlExecutor } from './sql-executor';
export * from './surface';
