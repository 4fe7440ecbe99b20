import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { RequestsAndApprovals1767225600001 } from './0001-requests-and-approvals';
import { Escalations1767225600010 } from './0002-escalations';
import { AcceptedEscalations1767225600030 } from './0003-accepted-escalations';
import { Notes1767225600031 } from './0004-notes';
import { WorkflowOrders1767225600040 } from './0005-workflow-orders';
import { RequestDigests1767225600041 } from './0006-request-digests';

export const migrations: readonly MigrationClass[] = [
  ...messagingMigrations,
  RequestsAndApprovals1767225600001,
  Escalations1767225600010,
  AcceptedEscalations1767225600030,
  Notes1767225600031,
  WorkflowOrders1767225600040,
  RequestDigests1767225600041,
];
