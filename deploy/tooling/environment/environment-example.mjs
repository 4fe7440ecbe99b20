// The content of .env.example: the launcher's part, written here, and every variable of every service's config.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * The parts of a variable's JSON schema that are read here.
 * @typedef {object} Property
 * @property {readonly string[]} [enum]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {readonly string[]} [aliases]
 * @property {string | number | boolean | undefined} [default]
 *
 * @typedef {Readonly<Record<string, Property>>} Variables
 */

const require = createRequire(import.meta.url);

const LAUNCHER = `# Settings of the launcher and of the services. Nothing here is needed on a fresh machine: \`npm run demo\`, \`npm start\` and
# \`npm test\` choose free ports, make their own secrets (in .ymera/, readable by you only) and start private servers.
# The launcher reads the environment, not this file: \`set -a; . ./.env; set +a; npm start\`.

# --- Servers of your own. They win over private servers, and nothing there is ever deleted.
# An administrator's address: database, roles and schemas are made with it; each service gets a role of its own.
#YMERA_POSTGRES_URL=postgresql://postgres:password@127.0.0.1:5432/postgres
# An administrator's addresses, both or none. Agents' connections need these lines in the broker's configuration, as
# deploy/local/servers/rabbitmq-configuration.mjs writes them: auth_backends, auth_cache and auth_http.
#YMERA_RABBITMQ_URL=amqp://admin:password@127.0.0.1:5672
#YMERA_RABBITMQ_MANAGEMENT_URL=http://admin:password@127.0.0.1:15672
# The key that signs the audit log's checkpoints (PRIVATE+KEY+<name>+<id>+<key>). Without it each checkout makes its own in
# .ymera/; keep one yourself with a database of your own, because a log signed with another key is not continued.
#YMERA_AUDIT_SIGNING_KEY_FILE=/path/to/audit-signing.key

# --- Command line interface. Without these it talks to the \`npm start\` of this checkout.
#YMERA_URL=http://127.0.0.1:8080
#YMERA_TOKEN_FILE=/path/to/token

# --- Display. NO_COLOR=1 turns colours off; a terminal shows live progress, a pipe plain lines.
#NO_COLOR=1

# What follows is generated from the services' config.ts by \`npm run docs:generate\`: each variable with its default.
# A variable without a value has no default; the launcher sets it where it is required. NAME_FILE reads any value from a file.
# The launcher passes every YMERA_* variable on to the services, except addresses, ports and secrets, which it sets itself.
`;

/**
 * Names of the services that read an environment.
 * @param {string} root
 */
const servicesOf = (root) =>
  readdirSync(join(root, 'services'))
    .filter((name) => existsSync(join(root, 'services', name, 'src', 'config.ts')))
    .toSorted();

/** @type {(value: unknown) => value is z.ZodObject} */
const isSchema = (value) =>
  typeof value === 'object' && value !== null && 'shape' in value && 'safeParse' in value;

/**
 * The schema that a built module exports.
 * @param {string} path
 */
function schemaIn(path) {
  /** @type {unknown} */
  const module = require(path);
  const schemas = Object.values(/** @type {object} */ (module)).filter(isSchema);
  const [schema] = schemas;
  if (!schema || schemas.length > 1) throw new Error(`${path} exports ${schemas.length} schemas, not one`);
  return schema;
}

/**
 * The comments above the variables.
 * @param {string} path
 * @returns {Readonly<Record<string, string>>}
 */
function commentsIn(path) {
  const source = readFileSync(path, 'utf8');
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z][A-Z0-9_]*):/g);
  return Object.fromEntries(
    [...found].map(([, text = '', name = '']) => [
      name,
      text
        .replace(/\n\s*\*/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ]),
  );
}

/** @type {(value: unknown) => value is string | number | boolean} */
const isScalar = (value) => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * The variables of a schema. The default of a flag is known only by its effect: the input is a word.
 * @param {z.ZodObject} schema
 * @returns {Variables}
 */
function variablesOf(schema) {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(properties).map(([name, described]) => {
      const property = /** @type {Property} */ (described);
      /** @type {unknown} */
      const effect = z.safeParse(schema.shape[name] ?? z.never(), undefined).data;
      return [name, { ...property, default: property.default ?? (isScalar(effect) ? effect : undefined) }];
    }),
  );
}

/**
 * The allowed values, as far as the schema knows them; the bounds of the number type are omitted.
 * @param {Property} property
 */
function allowed({ enum: words, minimum, maximum, default: fallback }) {
  if (words) return `One of ${words.join(', ')}.`;
  if (typeof fallback === 'boolean') return 'true or false.';
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return '';
  return `From ${minimum} to ${maximum}.`;
}

/**
 * @param {string} name
 * @param {Property} property
 * @param {string | undefined} comment
 */
function entry(name, property, comment) {
  const { aliases = [] } = property;
  const also = aliases.length > 0 ? `${aliases.join(', ')} is accepted too.` : '';
  const bounds = comment?.includes(`${property.minimum} to ${property.maximum}`) ? '' : allowed(property);
  const words = [comment, bounds, also].filter(Boolean).join(' ');
  return [
    ...(words ? wrapped(words) : []),
    `#${name}=${property.default ?? ''}`,
    ...aliases.map((alias) => `#${alias}=${property.default ?? ''}`),
  ];
}

const MAX_LINE_LENGTH = 118;

/** @param {string} text */
function wrapped(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= MAX_LINE_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

/**
 * The part of a service omits the variables that every service reads with the same default.
 * @param {string} root of the repository
 */
export function environmentExample(root) {
  const configOf = (/** @type {string} */ folder, /** @type {string} */ name) => ({
    variables: variablesOf(schemaIn(join(folder, 'dist', `${name}.js`))),
    comments: commentsIn(join(folder, 'src', `${name}.ts`)),
  });
  const config = join(root, 'libs', 'config');
  const ofEveryService = configOf(config, 'service-environment');
  const common = {
    variables: ofEveryService.variables,
    comments: { ...configOf(config, 'process-environment').comments, ...ofEveryService.comments },
  };
  /**
   * @param {string} title
   * @param {ReturnType<typeof configOf>} config
   * @param {(name: string, property: Property) => boolean} [isOmitted]
   */
  const section = (title, { variables, comments }, isOmitted = () => false) => [
    '',
    `# --- ${title}`,
    ...Object.entries(variables).flatMap(([name, property]) =>
      isOmitted(name, property) ? [] : entry(name, property, comments[name]),
    ),
  ];
  const isCommon = (/** @type {string} */ name, /** @type {Property} */ property) =>
    name in common.variables && common.variables[name]?.default === property.default;
  const lines = [
    ...section('Every service.', common),
    ...servicesOf(root).flatMap((name) =>
      section(`${name}.`, configOf(join(root, 'services', name), 'config'), isCommon),
    ),
  ];
  return `${LAUNCHER}${lines.join('\n')}\n`;
}
