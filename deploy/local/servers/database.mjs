import { createRequire } from 'node:module';
import { SERVICES } from '../catalog.mjs';
import { LauncherFailure, messageOf } from '../failure.mjs';
import { inRepository } from '../paths.mjs';
import {
  accessStatements,
  databaseStatements,
  publicSchemaStatements,
  roleStatement,
  schemaStatements,
} from './provision-sql.mjs';
import { scramVerifier } from './scram.mjs';

/**
 * @import { ServiceName } from '../catalog.mjs'
 * @import { ServicePasswords } from '../platform/secrets.mjs'
 *
 * @typedef {{ rows: Record<string, unknown>[], rowCount: number | null }} QueryResult
 * @typedef {(sql: string, params?: unknown[]) => Promise<QueryResult>} Query
 */

const DATABASE = 'ymera';
const CONNECT_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 50;
/**
 * Key of the advisory lock, the same in every launcher: roles belong to the cluster, and two launchers must not create them
 * at the same time.
 */
const SETUP_LOCK_KEY = 7_290_316_141;

/** @param {ServiceName} service */
const roleOf = (service) => `ymera_${service.replaceAll('-', '_')}`;
/** @param {ServiceName} service */
const schemaOf = (service) => service.replaceAll('-', '_');

/**
 * The driver is loaded here, not imported: dependencies may not be installed when the launcher starts.
 * @template T
 * @param {string} url
 * @param {(query: Query) => Promise<T>} work
 */
async function withClient(url, work) {
  /** @type {unknown} */
  const driver = createRequire(inRepository('libs', 'persistence', 'package.json'))('pg');
  const { Client } = /** @type {typeof import('pg')} */ (driver);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work((sql, params) => client.query(sql, params));
  } finally {
    await client.end();
  }
}

/**
 * Waits until the server accepts connections and resolves to its version; `stillRuns` ends the wait early when it has died.
 * @param {string} url
 * @param {{ timeoutMs: number, stillRuns?: () => boolean }} options
 */
export async function waitForPostgres(url, { timeoutMs, stillRuns = () => true }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await withClient(url, async (query) =>
        String((await query('show server_version')).rows[0]?.['server_version']),
      );
    } catch (error) {
      if (Date.now() > deadline || !stillRuns()) {
        throw new LauncherFailure('postgres_unavailable', `PostgreSQL does not answer: ${messageOf(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  }
}

/**
 * @param {Query} query
 * @param {readonly string[]} statements
 */
async function runAll(query, statements) {
  for (const statement of statements) await query(statement);
}

/** @param {Query} query */
async function createDatabase(query) {
  const { rowCount } = await query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await query(`create database ${DATABASE}`);
  await runAll(query, databaseStatements({ database: DATABASE }));
}

/**
 * @param {Query} query
 * @param {ServicePasswords} passwords
 */
async function createRoles(query, passwords) {
  for (const service of SERVICES) {
    const role = roleOf(service);
    const { rowCount } = await query('select from pg_roles where rolname = $1', [role]);
    await query(roleStatement({ role, password: scramVerifier(passwords[service]), exists: rowCount !== 0 }));
    await runAll(query, accessStatements({ database: DATABASE, role, schema: schemaOf(service) }));
  }
}

/** @param {Query} query */
async function createSchemas(query) {
  await runAll(query, publicSchemaStatements());
  const { rows } = await query('select rolsuper from pg_roles where rolname = current_user');
  for (const service of SERVICES) {
    const role = roleOf(service);
    // An administrator without superuser rights may assign a schema only to a role of which it is a member.
    if (!rows[0]?.['rolsuper']) await query(`grant ${role} to current_user`);
    await runAll(query, schemaStatements({ role, schema: schemaOf(service) }));
  }
}

/**
 * Creates the database, and per service a role that owns the schema of its name and can enter no other. Safe to repeat, and
 * safe while another launcher does the same. Existing data is never changed.
 * @param {string} adminUrl
 * @param {ServicePasswords} passwords
 */
export async function prepareDatabase(adminUrl, passwords) {
  const databaseUrl = new URL(adminUrl);
  databaseUrl.pathname = `/${DATABASE}`;
  await withClient(adminUrl, async (query) => {
    // The session holds the lock, so also while the second connection works below, and releases it when it ends.
    await query('select pg_advisory_lock($1)', [SETUP_LOCK_KEY]);
    await createDatabase(query);
    await createRoles(query, passwords);
    await withClient(databaseUrl.href, createSchemas);
  });
}

/**
 * The address by which a service reaches its own schema.
 * @param {string} adminUrl
 * @param {ServiceName} service
 * @param {ServicePasswords} passwords
 */
export function databaseUrl(adminUrl, service, passwords) {
  const url = new URL(adminUrl);
  url.pathname = `/${DATABASE}`;
  url.username = roleOf(service);
  url.password = passwords[service];
  return url.href;
}
