import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { AuditEntries1764000000000 } from './audit-entries';

export const migrations: MigrationClass[] = [...messagingMigrations, AuditEntries1764000000000];
