import { messagingMigrations } from '@ymera/persistence';
import { RegistryTables1764000000000 } from './registry-tables';

export const migrations = [...messagingMigrations, RegistryTables1764000000000];
