export { PauseSwitch, type PauseStore } from './pause-switch';
export type { Inbox, Messages, Outbox, UnitOfWork } from './unit-of-work';
