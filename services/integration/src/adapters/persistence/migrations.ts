import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { ProjectsAndChanges1767225600001 } from './migrations/0001-projects-and-changes';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  ProjectsAndChanges1767225600001,
];
