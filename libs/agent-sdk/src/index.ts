export type { AgentDefinition, ResourceUsage, Task, TaskContext, TaskResult } from './agent';
export { AgentHost, type AgentHostOptions, type Issue } from './agent-host';
export { GatewayClient, type PrincipalCredential, type PrincipalStanding } from './gateway-client';
export {
  artefactUrl,
  maxArtefactBytes,
  putArtefact,
  type ArtefactFile,
  type ArtefactPlace,
} from './artefacts';
