import type { EventContract } from '../define/message';
import { dispatchPaused, dispatchResumed, landingPaused, landingResumed } from '../events/controls';
import { approvalDecided, requestEnded, requestPlanned, requestQuestioned } from '../events/coordinator';
import { deadLetterReplayed } from '../events/dead-letters';
import {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  projectRegistered,
  projectSynced,
  projectUpdated,
} from '../events/integration';
import { gateClosed, taskProgressed, workflowCanceled, workflowStarted } from '../events/orchestrator';
import {
  agentRegistered,
  agentRetired,
  agentStandingChanged,
  enrolmentCreated,
  principalEnrolled,
} from '../events/registry';

/** Events without an entry in the audit log. All others are recorded, also new ones. */
export const notCritical: readonly EventContract[] = [taskProgressed];

/**
 * The events that record a changing operation in the audit log, of which at least one follows it: for each route that
 * does more than read, by its operation, and for each command, by its key.
 */
export const recordedBy: Readonly<Record<string, readonly EventContract[]>> = {
  createEnrolment: [enrolmentCreated],
  enrolPrincipal: [principalEnrolled],
  registerAgent: [agentRegistered],
  retireAgent: [agentRetired],
  liftFreeze: [agentStandingChanged],
  registerProject: [projectRegistered],
  updateProject: [projectUpdated],
  syncProject: [projectSynced],
  revertChange: [requestPlanned],
  submitRequest: [requestPlanned, requestQuestioned],
  answerRequest: [requestPlanned, requestQuestioned],
  cancelRequest: [workflowCanceled, requestEnded],
  decideApproval: [approvalDecided],
  pauseDispatch: [dispatchPaused],
  resumeDispatch: [dispatchResumed],
  pauseLanding: [landingPaused],
  resumeLanding: [landingResumed],
  replayDeadLetter: [deadLetterReplayed],

  'orchestrator.start_workflow.v1': [workflowStarted],
  'orchestrator.resolve_gate.v1': [gateClosed],
  'orchestrator.resolve_gate.v2': [gateClosed],
  'orchestrator.cancel_workflow.v1': [workflowCanceled],
  'integration.materialise_change.v1': [changeMaterialised, changeRefused],
  'integration.materialise_change.v2': [changeMaterialised, changeRefused],
  'integration.remake_change.v1': [changeMaterialised, changeRefused],
  'integration.land_change.v1': [changeLanded, landingRefused],
  'integration.withdraw_landing.v1': [changeLanded, landingRefused],
};
