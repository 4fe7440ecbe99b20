import type { OpenApiDocument, OpenApiOperation } from '@ymera/contracts';
import fc from 'fast-check';
import { hostileText, hostileValue } from './hostile-values';
import { type KnownValues, type Schema, valueOf } from './schema-values';

export interface Operation extends OpenApiOperation {
  readonly method: string;
  readonly path: string;
}

export interface GeneratedRequest {
  readonly operation: Operation;
  readonly method: string;
  /** As sent: escaped, with its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** The caller's role; the sender maps it to a token. */
  readonly as: Caller;
}

export type Caller = 'allowed' | 'another' | 'anonymous' | 'forged';

export const operationsOf = (document: OpenApiDocument): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  );

/** `encodeURIComponent` throws at half a surrogate pair; a careless client writes its bytes unescaped. */
const escaped = (text: string): string =>
  [...text]
    .map((character) =>
      /[\w.~-]/.test(character)
        ? character
        : [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    )
    .join('');

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Mostly valid by the schema; each leaf may be hostile. */
const mostly = (valid: fc.Arbitrary<unknown>, hostile: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 7, arbitrary: valid }, { weight: 1, arbitrary: hostile });

/** Replaces, removes or adds one member of a body at a random place. */
function spoiled(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.nat(), hostileText, hostileValue, fc.nat(3))
    .map(([value, at, name, hostile, kind]) => {
      if (typeof value !== 'object' || value === null) return hostile;
      const names = Object.keys(value);
      const chosen = names[at % Math.max(1, names.length)] ?? name;
      const members = Object.entries(value).filter(([member]) => kind !== 0 || member !== chosen);
      if (kind > 0) members.push([kind === 1 ? name : chosen, hostile]);
      return Array.isArray(value)
        ? members.map(([, member]) => member as unknown)
        : Object.fromEntries(members);
    });
}

const brokenBodies: readonly (string | Buffer)[] = [
  '',
  ' ',
  '{',
  '{"a":1,"a":2}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '[]',
  'null',
  '"text"',
  '1e999',
  '{"reason":"\\ud800"}',
  '{"text":"\\u0000"}',
  '['.repeat(50),
  '{"a":'.repeat(40) + '1' + '}'.repeat(40),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('{"reason":"\xff"}', 'latin1'),
  Buffer.from('\ufeff{}'),
  '{"a":01}',
  "{'a':1}",
  '{}garbage',
];

const jsonType = 'application/json';
const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  '',
  '*/*',
];

function bodyOf(
  operation: Operation,
  known: KnownValues,
): fc.Arbitrary<{ type: string; body: Buffer | undefined }> {
  const declared = operation.requestBody as
    { content: { 'application/json': { schema: Schema } } } | undefined;
  const json = (value: fc.Arbitrary<unknown>) =>
    value.map((content) => ({ type: jsonType, body: Buffer.from(JSON.stringify(content)) }));
  const broken = fc
    .constantFrom(...brokenBodies)
    .map((body) => ({ type: jsonType, body: Buffer.from(body) }));
  const none = fc.constant({ type: jsonType, body: undefined });
  if (!declared)
    return fc.oneof(
      { weight: 10, arbitrary: none },
      { weight: 1, arbitrary: json(hostileValue) },
      { weight: 1, arbitrary: broken },
    );
  const valid = valueOf(declared.content[jsonType].schema, known);
  const typed = fc
    .tuple(json(valid), fc.constantFrom(...otherTypes))
    .map(([{ body }, type]) => ({ type, body }));
  return fc.oneof(
    { weight: 8, arbitrary: json(valid) },
    { weight: 10, arbitrary: json(spoiled(valid)) },
    { weight: 2, arbitrary: broken },
    { weight: 1, arbitrary: typed },
    { weight: 1, arbitrary: json(hostileValue) },
    { weight: 1, arbitrary: none },
  );
}

/** Node refuses to send other characters in a header; raw sockets are tested elsewhere. */
const headerText = (value: unknown): string =>
  asText(value)
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 3000);

function parametersOf(
  operation: Operation,
  place: string,
  known: KnownValues,
): fc.Arbitrary<[string, string][]> {
  const parameters = operation.parameters.filter((parameter) => parameter.in === place);
  const values = parameters.map(({ name, schema, required }) => {
    const value = mostly(valueOf(schema, known, name), hostileValue).map(
      place === 'header' ? headerText : asText,
    );
    return fc.tuple(fc.constant(name), required ? value : fc.option(value, { freq: 3, nil: undefined }));
  });
  return fc
    .tuple(...values)
    .map((given) => given.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const unknownMethods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** One request of an operation: valid, nearly valid, or nonsense. */
export function requestOf(operation: Operation, known: KnownValues): fc.Arbitrary<GeneratedRequest> {
  const caller: fc.Arbitrary<Caller> = fc.oneof(
    { weight: 60, arbitrary: fc.constant('allowed' as const) },
    { weight: 4, arbitrary: fc.constant('another' as const) },
    { weight: 2, arbitrary: fc.constant('anonymous' as const) },
    { weight: 1, arbitrary: fc.constant('forged' as const) },
  );
  const method = fc.oneof(
    { weight: 40, arbitrary: fc.constant(operation.method) },
    { weight: 1, arbitrary: fc.constantFrom(...unknownMethods) },
  );
  const unknownQuery = fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.tuple(hostileText, hostileText) },
  );
  return fc
    .record({
      caller,
      method,
      unknownQuery,
      path: parametersOf(operation, 'path', known),
      query: parametersOf(operation, 'query', known),
      headers: parametersOf(operation, 'header', known),
      content: bodyOf(operation, known),
    })
    .map(({ caller: as, method: chosen, path, query, unknownQuery: extra, headers, content }) => {
      const given = new Map(path);
      const target = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        escaped(given.get(name) ?? ''),
      );
      const pairs = [...query, ...(extra ? [extra] : [])].map((pair) => pair.map(escaped).join('='));
      return {
        operation,
        as,
        method: chosen,
        target: pairs.length > 0 ? `${target}?${pairs.join('&')}` : target,
        headers: {
          ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
          ...(content.body === undefined || content.type === '' ? {} : { 'content-type': content.type }),
        },
        body: content.body,
      };
    });
}
