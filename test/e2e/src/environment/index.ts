export { ChaosEnvironment, type ChaosEnvironmentOptions } from './chaos-environment';
export { type Answer, ApiClient } from './api-client';
export {
  authenticationUnavailable,
  connectionsCut,
  databaseUnavailable,
  databaseStopped,
  type Fault,
  killed,
  stopped,
} from './fault';
export { Load, type Wish, wishes } from './load';
export { lastingOrphans, orphans, repairedOrphans, waitUntilHealthy } from './recovery';
export { Projects } from './projects';
export { newFile, QuickAgents } from './quick-agents';
export { type Leased, ScriptedAgent } from './scripted-agent';
export { type Options, readOptions } from './run-options';
export { isSanction, sanctionsOf, type SanctionTrigger } from './sanctions';
export { timelineOf, type TimelineEntry } from '../support/timeline';
