// What .env.example holds: the launcher's part, written here, and every variable of every service's config.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

const require = createRequire(import.meta.url);

const LAUNCHER = `# Settings of the launcher and of the services. Nothing here is needed on a fresh machine: \`npm run demo\`, \`npm start\` and
# \`npm test\` choose free ports, make their own secrets (in .ymera/, readable by you only) and start private servers.
# The launcher reads the environment, not this file: \`set -a; . ./.env; set +a; npm start\`.

# --- Servers of your own. What is given wins; then nothing private is started and nothing there is ever deleted.
# An administrator's address: database, roles and schemas are made with it; each service gets a role of its own.
#YMERA_POSTGRES_URL=postgresql://postgres:password@127.0.0.1:5432/postgres
# An administrator's addresses, both or none. Agents' connections need these lines in the broker's configuration, as
# deploy/local/servers/rabbitmq-configuration.mjs writes them: auth_backends, auth_cache and auth_http.
#YMERA_RABBITMQ_URL=amqp://admin:password@127.0.0.1:5672
#YMERA_RABBITMQ_MANAGEMENT_URL=http://admin:password@127.0.0.1:15672
# The key that signs the audit log's checkpoints (PRIVATE+KEY+<name>+<id>+<key>). Without it each checkout makes its own in
# .ymera/; keep one yourself with a database of your own, because a log signed with another key is not gone on with.
#YMERA_AUDIT_SIGNING_KEY_FILE=/path/to/audit-signing.key

# --- Command line interface. Without these it talks to the \`npm start\` of this checkout.
#YMERA_URL=http://127.0.0.1:8080
#YMERA_TOKEN_FILE=/path/to/token

# --- Display. NO_COLOR=1 turns colours off; a terminal shows live progress, a pipe plain lines.
#NO_COLOR=1

# What follows is generated from the services' config.ts by \`npm run docs:generate\`: each variable with its default.
# Without a value: it has none, and the launcher sets it where it is required. NAME_FILE gives any value by a file.
# The launcher passes every YMERA_* variable on to the services, except addresses, ports and secrets, which it sets itself.
`;

/** Services that read an environment, by name. */
const servicesOf = (root) =>
  readdirSync(join(root, 'services'))
    .filter((name) => existsSync(join(root, 'services', name, 'src', 'config.ts')))
    .toSorted();

/** The schema that a built module exports. */
function schemaIn(path) {
  const schemas = Object.values(require(path)).filter((value) => value?.shape && value.safeParse);
  if (schemas.length !== 1) throw new Error(`${path} exports ${schemas.length} schemas`);
  return schemas[0];
}

/** The sentences that stand above the variables. */
function commentsIn(path) {
  const source = readFileSync(path, 'utf8');
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z][A-Z0-9_]*):/g);
  return Object.fromEntries(
    [...found].map(([, text, name]) => [
      name,
      text
        .replace(/\n\s*\*/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ]),
  );
}

const isScalar = (value) => ['string', 'number', 'boolean'].includes(typeof value);

/** What a schema tells of its variables. The default of a flag is known only by its effect: the input is a word. */
function variablesOf(schema) {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const effect = schema.shape[name].safeParse(undefined).data;
      return [name, { ...property, default: property.default ?? (isScalar(effect) ? effect : undefined) }];
    }),
  );
}

/** What may be said, as far as the schema knows; a bound that only numbers as such have is none. */
function allowed({ enum: words, minimum, maximum, default: fallback }) {
  if (words) return `One of ${words.join(', ')}.`;
  if (typeof fallback === 'boolean') return 'true or false.';
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return '';
  return `From ${minimum} to ${maximum}.`;
}

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

const width = 118;

function wrapped(text) {
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

/** A service's part leaves out what every service reads with the same default. */
export function environmentExample(root) {
  const configOf = (folder, source, built) => ({
    variables: variablesOf(schemaIn(join(folder, built))),
    comments: commentsIn(join(folder, source)),
  });
  const common = configOf(
    join(root, 'libs', 'config'),
    join('src', 'service-environment.ts'),
    join('dist', 'service-environment.js'),
  );
  const section = (title, { variables, comments }, isSaid = () => false) => [
    '',
    `# --- ${title}`,
    ...Object.entries(variables).flatMap(([name, property]) =>
      isSaid(name, property) ? [] : entry(name, property, comments[name]),
    ),
  ];
  const isCommon = (name, property) =>
    name in common.variables && common.variables[name].default === property.default;
  const lines = [
    ...section('Every service.', common),
    ...servicesOf(root).flatMap((name) =>
      section(
        `${name}.`,
        configOf(join(root, 'services', name), join('src', 'config.ts'), join('dist', 'config.js')),
        isCommon,
      ),
    ),
  ];
  return `${LAUNCHER}${lines.join('\n')}\n`;
}
