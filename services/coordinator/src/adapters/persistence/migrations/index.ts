import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { RequestsAndApprovals1767225600001 } from './0001-requests-and-approvals';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  RequestsAndApprovals1767225600001,
];
