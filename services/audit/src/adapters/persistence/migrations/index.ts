import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { Entries1767225600001 } from './0001-entries';
import { Tree1767225600002 } from './0002-tree';

export const migrations: MigrationClass[] = [...messagingMigrations, Entries1767225600001, Tree1767225600002];
