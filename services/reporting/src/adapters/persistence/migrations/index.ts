import { messagingMigrations } from '@ymera/persistence';
import { Enforcement1764100000000 } from './enforcement';
import { ExpectedAgents1764200000000 } from './expected-agents';
import { ReportingTables1764000000000 } from './reporting-tables';

export const migrations = [
  ...messagingMigrations,
  ReportingTables1764000000000,
  Enforcement1764100000000,
  ExpectedAgents1764200000000,
];
