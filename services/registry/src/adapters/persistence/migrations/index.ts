import { messagingMigrations } from '@ymera/persistence';
import { AgentStanding1764000000001 } from './agent-standing';
import { RegistryTables1764000000000 } from './registry-tables';

export const migrations = [...messagingMigrations, RegistryTables1764000000000, AgentStanding1764000000001];
