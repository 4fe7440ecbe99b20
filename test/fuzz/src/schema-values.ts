import fc from 'fast-check';

export type Schema = Readonly<Record<string, unknown>>;

/** Values from answers, by the name of their member: only they make an id, a cursor or a digest valid. */
export interface KnownValues {
  of(name: string): readonly string[];
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
const schemas = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isObject) : []);

function textOf(schema: Schema): fc.Arbitrary<string> {
  const [minLength, maxLength] = [numberOf(schema['minLength'], 0), numberOf(schema['maxLength'], 200)];
  if (schema['format'] === 'uuid') return fc.uuid();
  if (schema['format'] === 'date-time')
    return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (typeof schema['pattern'] === 'string')
    return fc.stringMatching(new RegExp(schema['pattern']), { size: 'small' });
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 60) });
}

function objectOf(schema: Schema, known: KnownValues): fc.Arbitrary<unknown> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const members = Object.fromEntries(
    Object.entries(properties).flatMap(([name, member]) =>
      isObject(member) ? [[name, valueOf(member, known, name)]] : [],
    ),
  );
  return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
}

/** A value that the schema allows; for a known member name mostly an existing one. */
export function valueOf(schema: Schema, known: KnownValues, name = ''): fc.Arbitrary<unknown> {
  const seen = known.of(name);
  if (seen.length > 0 && schema['enum'] === undefined)
    return fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...seen) },
      { weight: 1, arbitrary: plainValueOf(schema, known) },
    );
  return plainValueOf(schema, known);
}

function plainValueOf(schema: Schema, known: KnownValues): fc.Arbitrary<unknown> {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  const choices = [...schemas(schema['anyOf']), ...schemas(schema['oneOf'])];
  if (choices.length > 0) return fc.oneof(...choices.map((choice) => valueOf(choice, known)));
  const [minimum, maximum] = [numberOf(schema['minimum'], -1000), numberOf(schema['maximum'], 1_000_000)];
  switch (schema['type']) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(isObject(schema['items']) ? valueOf(schema['items'], known) : fc.jsonValue(), {
        minLength: numberOf(schema['minItems'], 0),
        maxLength: Math.min(numberOf(schema['maxItems'], 5), 5),
      });
    case 'object':
      return isObject(schema['properties'])
        ? objectOf(schema, known)
        : fc.dictionary(fc.string(), fc.jsonValue());
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}
