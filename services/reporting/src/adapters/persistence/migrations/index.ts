import { messagingMigrations } from '@ymera/persistence';
import { Enforcement1764100000000 } from './enforcement';
import { ReportingTables1764000000000 } from './reporting-tables';

export const migrations = [...messagingMigrations, ReportingTables1764000000000, Enforcement1764100000000];
