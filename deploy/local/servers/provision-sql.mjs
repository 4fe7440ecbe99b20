// What one service may do in PostgreSQL, as plain statements: whoever makes a database (launcher, tests) runs the same.
// No dependencies. Names are identifiers of ours (letters, digits, underscores); the password is given as a SCRAM verifier
// or a text without quotes.

const identifier = /^[a-z_][a-z0-9_]*$/;

function checked(name) {
  if (!identifier.test(name)) throw new TypeError(`not an identifier: ${name}`);
  return name;
}

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Anywhere in the cluster. `exists` says whether the role is there already; its password is then replaced. */
export function roleStatement({ role, password, exists }) {
  return (
    `${exists ? 'ALTER' : 'CREATE'} ROLE ${checked(role)} WITH LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE ` +
    `NOREPLICATION NOBYPASSRLS PASSWORD ${literal(password)}`
  );
}

/** Anywhere in the cluster: nobody enters the database, or makes temporary tables in it, unless a grant says so. */
export function databaseStatements({ database }) {
  return [`REVOKE ALL ON DATABASE ${checked(database)} FROM PUBLIC`];
}

/** Anywhere in the cluster, per service. */
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

/** Inside the database, per service: a schema that its role owns and nobody else enters. */
export function schemaStatements({ role, schema }) {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${checked(schema)} AUTHORIZATION ${checked(role)}`,
    `REVOKE ALL ON SCHEMA ${checked(schema)} FROM PUBLIC`,
  ];
}
