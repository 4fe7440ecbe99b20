import { rabbitmqDefinitions } from './rabbitmq-definitions';

/** Every document that is derived from the declarations, by its path below `deploy/docs/generated`. */
export const generatedDocuments = (): Readonly<Record<string, unknown>> => ({
  'topology.json': rabbitmqDefinitions(),
});
