export * from './define/message';
export { added } from './define/added';
export * from './define/agent-message';
export * from './define/outgoing';
export { pageCursor, type Page, type PageCursor } from './define/page-cursor';
export * from './define/route';
export * from './shared/acceptance';
export * from './shared/agents';
export * from './shared/alerts';
export * from './shared/change';
export * from './shared/controls';
export * from './shared/dead-letters';
export * from './shared/envelope';
export * from './shared/escalation';
export * from './shared/failure';
export { declaredFaultOf, fault, faultOf, type Fault } from './shared/fault';
export * from './shared/ids';
export * from './shared/plan';
export * from './shared/project';
export { isRootOf, projectParts, type Ecosystem, type ProjectPart } from './shared/project-parts';
export * from './shared/resources';
export * from './shared/waiver';
export * from './events/registry';
export * from './events/reporting';
export * from './events/coordinator';
export * from './events/orchestrator';
export * from './events/integration';
export * from './events/controls';
export * from './events/dead-letters';
export { events } from './events';
export * from './commands/orchestrator';
export * from './commands/integration';
export { commands } from './commands';
export * from './queries/registry';
export * from './queries/reporting';
export * from './queries/coordinator';
export * from './queries/orchestrator';
export * from './queries/integration';
export * from './queries/audit';
export * from './queries/controls';
export * from './queries/dead-letters';
export { queries } from './queries';
export * from './agent-protocol/from-agent';
export * from './agent-protocol/to-agent';
export * from './routes/agents';
export * from './routes/requests';
export * from './routes/projects';
export * from './routes/audit';
export * from './routes/operations';
export { routes } from './routes';
export * from './topology/critical-operations';
export * from './topology/names';
export * from './topology/permissions';
export * from './topology/subscriptions';
export * from './topology/topology';
export { asyncApiDocument } from './documents/asyncapi';
export { generatedDocuments } from './documents/generated-documents';
export { jsonSchemaOf, type JsonSchema } from './documents/json-schema';
export { jsonSchemas, withoutAdded } from './documents/json-schemas';
export {
  openApiDocument,
  type OpenApiDocument,
  type OpenApiOperation,
  type OpenApiParameter,
} from './documents/openapi';
export { problemCodesOf, problemStatusOf } from './documents/problem-codes';
export {
  rabbitmqDefinitions,
  virtualHostNames,
  type RabbitmqDefinitions,
} from './documents/rabbitmq-definitions';
