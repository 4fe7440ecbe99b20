import type { z } from 'zod';
import type { Access, RouteContract } from '../define/route';
import { routes } from '../routes';
import { componentReferences, httpComponents } from './http-components';
import { jsonSchemaOf, type JsonSchema } from './json-schema';
import { problemCodesOf, problemStatusOf } from './problem-codes';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

const input = (schema: z.ZodType): JsonSchema => jsonSchemaOf(schema, { io: 'input' });
const output = (schema: z.ZodType): JsonSchema => {
  const reference = componentReferences.get(schema);
  return reference
    ? { $ref: reference }
    : jsonSchemaOf(schema, { io: 'output', references: componentReferences });
};

function securityOf(access: readonly Access[]): OpenApiOperation['security'] {
  return access.map((entry) => {
    if (entry === 'public') return {};
    if (entry === 'any_principal') return { principal: [] };
    if (entry === 'principal' || entry === 'enrolment') return { [entry]: [] };
    return { operator: [...entry.roles] };
  });
}

function describedAccess(access: readonly Access[]): string {
  const said = access.map((entry) => {
    if (entry === 'public') return 'any caller';
    if (entry === 'principal') return 'a principal';
    if (entry === 'any_principal') return 'a principal, also a refused one';
    if (entry === 'enrolment') return 'the holder of an enrolment token';
    return `an operator with the role ${entry.roles.join(' or ')}`;
  });
  return `For ${said.join(', or ')}.`;
}

function parametersOf(route: RouteContract): OpenApiParameter[] {
  const of = (place: 'path' | 'query', shape: z.ZodObject | undefined): OpenApiParameter[] => {
    if (!shape) return [];
    const { properties = {}, required = [] } = input(shape) as {
      properties?: Record<string, JsonSchema>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema,
    }));
  };
  const header = (name: string, description: string, schema: JsonSchema): OpenApiParameter => ({
    name,
    in: 'header',
    required: false,
    description,
    schema,
  });
  return [
    ...of('path', route.params),
    ...of('query', route.query),
    ...(route.idempotent
      ? [
          header('Idempotency-Key', 'The same key and request give the same answer; kept for a day.', {
            type: 'string',
            pattern: String.raw`^[\x21-\x7e]{1,200}$`,
          }),
        ]
      : []),
    ...(route.produces === 'text/event-stream'
      ? [header('Last-Event-ID', 'Resume after this event.', { type: 'string', pattern: '^\\d{1,15}$' })]
      : []),
  ];
}

function responsesOf(route: RouteContract): OpenApiOperation['responses'] {
  const refusal = (codes: readonly string[]): unknown => ({
    description: `Codes: ${codes.join(', ')}.`,
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { enum: codes } } },
          ],
        },
      },
    },
  });
  const refusals = Map.groupBy([...problemCodesOf(route)].sort(), problemStatusOf);
  refusals.delete(undefined);
  return {
    [String(route.status)]: {
      description: route.summary,
      headers: {
        'X-Trace-Id': { description: 'The trace of this request.', schema: { type: 'string' } },
      },
      content: { [route.produces ?? 'application/json']: { schema: output(route.response) } },
    },
    ...Object.fromEntries([...refusals].map(([status, codes]) => [String(status), refusal(codes)])),
  };
}

function operationOf(route: RouteContract): OpenApiOperation {
  return {
    operationId: route.operation,
    summary: route.summary,
    description: [route.description, describedAccess(route.access)].filter(Boolean).join(' '),
    tags: [route.tag],
    security: securityOf(route.access),
    parameters: parametersOf(route),
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: input(route.body) } } } }
      : {}),
    responses: responsesOf(route),
  };
}

/** OpenAPI 3.1 of the gateway, from its route contracts alone. */
export function openApiDocument(declared: readonly RouteContract[] = routes): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of declared)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'YMERA Agent Manager',
      version: '1',
      description:
        'The platform’s HTTP API. Bodies are JSON in snake_case; refusals are problem+json with a stable `code`. ' +
        'Unknown members may be added to answers at any time; anything else changes only with a new path.',
    },
    paths,
    components: {
      securitySchemes: {
        operator: { type: 'http', scheme: 'bearer', bearerFormat: 'ymo_', description: 'Token of a person.' },
        principal: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'ymk_',
          description: 'Credential of a principal.',
        },
        enrolment: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'yme_',
          description: 'Single-use enrolment token.',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(httpComponents).map(([name, schema]) => [
          name,
          jsonSchemaOf(schema, { io: 'output', references: componentReferences }),
        ]),
      ),
    },
  };
}
