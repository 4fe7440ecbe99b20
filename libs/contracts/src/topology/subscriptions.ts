import type { EventContract, ServiceName } from '../define/message';
import { events } from '../events';
import { dispatchPaused, dispatchResumed, landingPaused, landingResumed } from '../events/controls';
import {
  approvalDecided,
  approvalDecidedV1,
  approvalRequested,
  requestEnded,
  requestPlanned,
  requestQuestioned,
} from '../events/coordinator';
import { deadLetterRecorded, deadLetterReplayed } from '../events/dead-letters';
import {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  projectRegistered,
  projectSynced,
  projectUpdated,
} from '../events/integration';
import {
  gateClosed,
  gateClosedV1,
  gateOpened,
  stepChanged,
  taskProgressed,
  workflowCanceled,
  workflowCompleted,
  workflowEscalated,
  workflowFailed,
  workflowStarted,
} from '../events/orchestrator';
import { agentRegistered, agentRetired, agentStandingChanged, sessionOpened } from '../events/registry';
import {
  enforcementChanged,
  enforcementHeld,
  enforcementResumed,
  livenessChanged,
} from '../events/reporting';
import { notCritical } from './critical-operations';

/** Consumers of events. The bindings of each service's event queue are derived from this. */
export const subscriptions: Readonly<Record<ServiceName, readonly EventContract[]>> = {
  registry: [enforcementChanged],
  reporting: [agentRegistered, agentRetired, agentStandingChanged, sessionOpened],
  coordinator: [gateOpened, gateClosed, gateClosedV1, workflowCompleted, workflowFailed, workflowCanceled],
  orchestrator: [
    agentRegistered,
    agentRetired,
    agentStandingChanged,
    sessionOpened,
    livenessChanged,
    changeMaterialised,
    changeRefused,
    changeLanded,
    landingRefused,
  ],
  integration: [],
  gateway: [
    requestPlanned,
    requestQuestioned,
    requestEnded,
    approvalRequested,
    approvalDecided,
    approvalDecidedV1,
    workflowStarted,
    stepChanged,
    taskProgressed,
    gateOpened,
    gateClosed,
    gateClosedV1,
    workflowEscalated,
    workflowCompleted,
    workflowFailed,
    workflowCanceled,
    changeMaterialised,
    changeRefused,
    changeLanded,
    landingRefused,
    projectRegistered,
    projectSynced,
    projectUpdated,
    livenessChanged,
    agentRetired,
    agentStandingChanged,
    enforcementChanged,
    enforcementHeld,
    enforcementResumed,
    dispatchPaused,
    dispatchResumed,
    landingPaused,
    landingResumed,
    deadLetterRecorded,
    deadLetterReplayed,
  ],
  /** Everything that is critical, which is almost everything. */
  audit: events.filter((event) => !notCritical.includes(event)),
};
