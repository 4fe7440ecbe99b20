import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { Entries1767225600001 } from './0001-entries';

export const migrations: MigrationClass[] = [...messagingMigrations, Entries1767225600001];
