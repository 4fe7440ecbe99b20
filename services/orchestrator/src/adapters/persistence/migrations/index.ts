import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { Runs1767225600002 } from './0001-runs';

export const migrations: readonly MigrationClass[] = [...messagingMigrations, Runs1767225600002];
