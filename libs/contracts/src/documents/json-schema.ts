import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface JsonSchemaOptions {
  /** `input`: what may be sent, defaults left out. `output`: what is received, defaults filled in. */
  readonly io: 'input' | 'output';
  /** Schemas to write as a reference instead of in full. */
  readonly references?: ReadonlyMap<z.core.$ZodType, string>;
}

/** A definition that refers to itself, whatever its name is in this document. */
const shapeOf = (definition: unknown): string =>
  JSON.stringify(definition).replaceAll(/"#(\/\$defs\/\w+)?"/g, '"#"');

/** How zod writes `z.json()`, the one recursive schema there is. */
const anyJson = ((): string => {
  const { $schema, ...definition } = z.toJSONSchema(z.json());
  void $schema;
  return shapeOf(definition);
})();

/** Strings whose format says it all; the pattern beside it is hundreds of characters that nobody reads. */
const saidByFormat = new Set(['date-time', 'uuid', 'uri']);

/** Any JSON is written as the schema `true` stands for; a member unknown today may come tomorrow, so it is not refused. */
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
    throw new TypeError('a recursive schema needs a name: documents know only the one of any JSON');
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
