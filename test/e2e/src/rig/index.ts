export { Battlefield, type BattlefieldOptions } from './battlefield';
export { type Answer, Door } from './door';
export {
  authenticationAway,
  connectionsCut,
  databaseAway,
  databaseStopped,
  type Fault,
  killed,
  stopped,
} from './fault';
export { Load, type Wish, wishes } from './load';
export { lastingOrphans, orphans, repairedOrphans, untilWell } from './recovery';
export { Projects } from './projects';
export { newFile, QuickAgents } from './quick-agents';
export { type Leased, ScriptedAgent } from './scripted-agent';
export { type Options, readOptions } from './run-options';
export { isSanction, ladderSteps, type LadderStep } from './sanctions';
export { timelineOf, type TimelineEntry } from '../support/timeline';
