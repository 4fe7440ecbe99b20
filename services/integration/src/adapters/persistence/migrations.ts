import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { ProjectsAndChanges1767225600001 } from './migrations/0001-projects-and-changes';
import { ChangesMadeAgain1767225600012 } from './migrations/0002-changes-made-again';
import { LandingPauses1767225600020 } from './migrations/0010-landing-pauses';
import { LandingsWithdrawn1767225600021 } from './migrations/0011-landings-withdrawn';
import { ChangeFindings1767225600022 } from './migrations/0012-change-findings';
import { UpstreamsAndReverts1767225600030 } from './migrations/0013-upstreams-and-reverts';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  ProjectsAndChanges1767225600001,
  ChangesMadeAgain1767225600012,
  LandingPauses1767225600020,
  LandingsWithdrawn1767225600021,
  ChangeFindings1767225600022,
  UpstreamsAndReverts1767225600030,
];
