import { messagingMigrations } from '@ymera/persistence';
import { ReportingTables1764000000000 } from './reporting-tables';

export const migrations = [...messagingMigrations, ReportingTables1764000000000];
