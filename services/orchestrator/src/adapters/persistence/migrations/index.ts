import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { Runs1767225600002 } from './0001-runs';
import { AgentSilence1767225600003 } from './0002-agent-silence';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  Runs1767225600002,
  AgentSilence1767225600003,
];
