// The rights of one service in PostgreSQL as plain statements, which launcher and tests execute when they create a database.
// No dependencies. Names are identifiers of ours (letters, digits, underscores); a password is a SCRAM verifier or plain text.

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/** @param {string} name */
function checked(name) {
  if (!IDENTIFIER.test(name)) throw new TypeError(`not an identifier: ${name}`);
  return name;
}

/** @param {string} text */
function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Anywhere in the cluster. The password of a role that exists already is replaced.
 * @param {{ role: string, password: string, exists: boolean }} options
 */
export function roleStatement({ role, password, exists }) {
  return (
    `${exists ? 'ALTER' : 'CREATE'} ROLE ${checked(role)} WITH LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE ` +
    `NOREPLICATION NOBYPASSRLS PASSWORD ${literal(password)}`
  );
}

/**
 * Anywhere in the cluster: connecting to the database, or making temporary tables in it, needs a grant.
 * @param {{ database: string }} options
 */
export function databaseStatements({ database }) {
  return [`REVOKE ALL ON DATABASE ${checked(database)} FROM PUBLIC`];
}

/**
 * Anywhere in the cluster, per service.
 * @param {{ database: string, role: string, schema: string }} options
 */
export function accessStatements({ database, role, schema }) {
  return [
    `GRANT CONNECT ON DATABASE ${checked(database)} TO ${checked(role)}`,
    `ALTER ROLE ${checked(role)} IN DATABASE ${checked(database)} SET search_path = ${checked(schema)}`,
  ];
}

/** Inside the database, once. */
export function publicSchemaStatements() {
  return ['REVOKE ALL ON SCHEMA public FROM PUBLIC'];
}

/**
 * Inside the database, per service: a schema that its role owns and no other role can use.
 * @param {{ role: string, schema: string }} options
 */
export function schemaStatements({ role, schema }) {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${checked(schema)} AUTHORIZATION ${checked(role)}`,
    `REVOKE ALL ON SCHEMA ${checked(schema)} FROM PUBLIC`,
  ];
}
