import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { Runs1767225600002 } from './0001-runs';
import { AgentSilence1767225600003 } from './0002-agent-silence';
import { AgentStanding1767225600010 } from './0003-agent-standing';
import { Escalations1767225600012 } from './0004-escalations';
import { DeadLetters1767225600020 } from './0010-dead-letters';
import { DispatchPauses1767225600021 } from './0011-dispatch-pauses';
import { AcceptedEscalations1767225600030 } from './0012-accepted-escalations';
import { AgentAssignments1767225600031 } from './0013-agent-assignments';
import { DeadLetterCauses1767225600032 } from './0014-dead-letter-causes';
import { Retention1767225600033 } from './0015-retention';
import { DeadLetterOrigins1767225600034 } from './0016-dead-letter-origins';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  Runs1767225600002,
  AgentSilence1767225600003,
  AgentStanding1767225600010,
  Escalations1767225600012,
  DeadLetters1767225600020,
  DispatchPauses1767225600021,
  AcceptedEscalations1767225600030,
  AgentAssignments1767225600031,
  DeadLetterCauses1767225600032,
  Retention1767225600033,
  DeadLetterOrigins1767225600034,
];
