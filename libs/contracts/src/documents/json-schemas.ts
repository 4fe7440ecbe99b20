import type { z } from 'zod';
import { messagesFromAgents } from '../agent-protocol/from-agent';
import { messagesToAgents } from '../agent-protocol/to-agent';
import { commands } from '../commands';
import { events } from '../events';
import { queries } from '../queries';
import { addedKey } from '../define/added';
import { cloudEvent } from '../shared/envelope';
import { problem } from '../shared/failure';
import { jsonSchemaOf, type JsonSchema } from './json-schema';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

function titled(title: string, description: string, schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return {
    $schema: dialect,
    $id: `urn:ymera:schema:${title}`,
    title,
    description,
    ...jsonSchemaOf(schema, { io }),
  };
}

/** One schema for each message body, by name, as a sender needs it. Replies are as their receiver needs them. */
export function jsonSchemas(): Readonly<Record<string, JsonSchema>> {
  const entries: [string, JsonSchema][] = [
    ...[...events, ...commands, ...queries].map(({ key, summary, payload }): [string, JsonSchema] => [
      key,
      titled(key, summary, payload, 'input'),
    ]),
    ...queries.map(({ key, summary, reply }): [string, JsonSchema] => [
      `${key}.reply`,
      titled(`${key}.reply`, `Answer to: ${summary}`, reply, 'output'),
    ]),
    ...[...messagesFromAgents, ...messagesToAgents].map(
      ({ name, summary, payload }): [string, JsonSchema] => [
        `agent.${name}`,
        titled(`agent.${name}`, summary, payload, 'input'),
      ],
    ),
    ['cloud-event', titled('cloud-event', 'Envelope of every event.', cloudEvent, 'input')],
    ['problem', titled('problem', 'Body of every HTTP refusal.', problem, 'output')],
  ];
  return Object.fromEntries(entries);
}

/** The schema before members were added to it: the digest of a published version is computed from it. */
export function withoutAdded<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutAdded) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      isAdded(inner) ? [] : [[key, withoutAdded(inner)]],
    ),
  ) as Value;
}

const isAdded = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && addedKey in schema;
