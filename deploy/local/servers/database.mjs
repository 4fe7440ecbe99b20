import { createRequire } from 'node:module';
import { SERVICES } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';
import {
  accessStatements,
  databaseStatements,
  publicSchemaStatements,
  roleStatement,
  schemaStatements,
} from './provision-sql.mjs';
import { scramVerifier } from './scram.mjs';

const DATABASE = 'ymera';
/** Any number, the same in every launcher: roles belong to the cluster, and two launchers must not create them at once. */
const SETUP_LOCK = 7_290_316_141;

const roleOf = (service) => `ymera_${service.replaceAll('-', '_')}`;
const schemaOf = (service) => service.replaceAll('-', '_');

/** Loaded late: at the launcher's start the dependencies may not be installed yet. */
async function withClient(url, work) {
  const { Client } = createRequire(inRepository('libs', 'persistence', 'package.json'))('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work((sql, params) => client.query(sql, params));
  } finally {
    await client.end();
  }
}

/** Waits until the server takes connections; `stillRuns` ends the wait early when it has died. */
export async function waitForPostgres(url, { timeoutMs, stillRuns = () => true }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await withClient(
        url,
        async (query) => (await query('show server_version')).rows[0].server_version,
      );
    } catch (error) {
      if (Date.now() > deadline || !stillRuns()) {
        throw new LauncherFailure('postgres_unavailable', `PostgreSQL does not answer: ${error.message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function runAll(query, statements) {
  for (const statement of statements) await query(statement);
}

async function createDatabase(query) {
  const { rowCount } = await query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await query(`create database ${DATABASE}`);
  await runAll(query, databaseStatements({ database: DATABASE }));
}

async function createRoles(query, passwords) {
  for (const service of SERVICES) {
    const role = roleOf(service);
    const { rowCount } = await query('select from pg_roles where rolname = $1', [role]);
    await query(roleStatement({ role, password: scramVerifier(passwords[service]), exists: rowCount > 0 }));
    await runAll(query, accessStatements({ database: DATABASE, role, schema: schemaOf(service) }));
  }
}

async function createSchemas(query) {
  await runAll(query, publicSchemaStatements());
  const { rows } = await query('select rolsuper from pg_roles where rolname = current_user');
  for (const service of SERVICES) {
    const role = roleOf(service);
    // An administrator who is no superuser may give a schema only to a role of which he is a member.
    if (!rows[0].rolsuper) await query(`grant ${role} to current_user`);
    await runAll(query, schemaStatements({ role, schema: schemaOf(service) }));
  }
}

/**
 * Makes the database, and per service a role that owns the schema of its name and can enter no other. Safe to repeat, and
 * safe while another launcher does the same. Existing data is never touched.
 */
export async function prepareDatabase(adminUrl, passwords) {
  const databaseUrl = new URL(adminUrl);
  databaseUrl.pathname = `/${DATABASE}`;
  await withClient(adminUrl, async (query) => {
    // Held by the session, hence also while the second connection works below; released when this one ends.
    await query('select pg_advisory_lock($1)', [SETUP_LOCK]);
    await createDatabase(query);
    await createRoles(query, passwords);
    await withClient(databaseUrl.href, createSchemas);
  });
}

/** The address by which a service reaches its own schema. */
export function databaseUrl(adminUrl, service, passwords) {
  const url = new URL(adminUrl);
  url.pathname = `/${DATABASE}`;
  url.username = roleOf(service);
  url.password = passwords[service];
  return url.href;
}
