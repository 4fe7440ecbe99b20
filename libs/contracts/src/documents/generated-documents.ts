import { asyncApiDocument } from './asyncapi';
import { jsonSchemas } from './json-schemas';
import { openApiDocument } from './openapi';
import { rabbitmqDefinitions } from './rabbitmq-definitions';

/** Every document that is derived from the declarations, by its path below `deploy/docs/generated`. */
export const generatedDocuments = (): Readonly<Record<string, unknown>> => ({
  'openapi.json': openApiDocument(),
  'asyncapi.json': asyncApiDocument(),
  'topology.json': rabbitmqDefinitions(),
  ...Object.fromEntries(
    Object.entries(jsonSchemas()).map(([name, schema]) => [`schemas/${name}.json`, schema]),
  ),
});
