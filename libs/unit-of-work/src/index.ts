export type { Inbox, Messages, Outbox, UnitOfWork } from './unit-of-work';
