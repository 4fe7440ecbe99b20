import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface JsonSchemaOptions {
  /** `input`: for senders, with defaults optional. `output`: for receivers, with defaults filled in. */
  readonly io: 'input' | 'output';
  /** Schemas to write as a reference instead of in full. */
  readonly references?: ReadonlyMap<z.core.$ZodType, string>;
}

/** A definition that refers to itself, under any name in this document. */
const shapeOf = (definition: unknown): string =>
  JSON.stringify(definition).replaceAll(/"#(\/\$defs\/\w+)?"/g, '"#"');

/** zod's output for `z.json()`, the only recursive schema. */
const anyJson = ((): string => {
  const { $schema, ...definition } = z.toJSONSchema(z.json());
  void $schema;
  return shapeOf(definition);
})();

/** Strings that their format describes completely; the pattern beside it has hundreds of unreadable characters. */
const saidByFormat = new Set(['date-time', 'uuid', 'uri']);

/** Any JSON is written as the schema `true`; unknown members may be added later, so they are not refused. */
function simplified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplified);
  if (typeof value !== 'object' || value === null) return value;
  const { $defs, $ref, pattern, additionalProperties, ...rest } = value as Record<string, unknown>;
  if (typeof $ref === 'string' && $ref.startsWith('#/$defs/')) return {};
  const kept = {
    ...($ref === undefined ? {} : { $ref }),
    ...(pattern === undefined || saidByFormat.has(String(rest['format'])) ? {} : { pattern }),
    ...(additionalProperties === undefined || additionalProperties === false ? {} : { additionalProperties }),
  };
  if (Object.values($defs ?? {}).some((definition) => shapeOf(definition) !== anyJson))
    throw new TypeError('a recursive schema needs a name: the documents support only the one of any JSON');
  return Object.fromEntries(
    Object.entries({ ...rest, ...kept }).map(([name, member]) => [name, simplified(member)]),
  );
}

/** JSON Schema 2020-12, without `$schema`. */
export function jsonSchemaOf(schema: z.ZodType, { io, references }: JsonSchemaOptions): JsonSchema {
  const written = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      const reference = Object.is(zodSchema, schema) ? undefined : references?.get(zodSchema);
      if (!reference) return;
      for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
      jsonSchema.$ref = reference;
    },
  });
  const { $schema, ...rest } = simplified(written) as Record<string, unknown>;
  void $schema;
  return rest;
}
