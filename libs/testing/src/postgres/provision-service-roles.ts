// Outside of every project, because the launcher needs it before any package is installed.
// eslint-disable-next-line @nx/enforce-module-boundaries -- tests grant by the launcher's own statements
import {
  accessStatements,
  databaseStatements,
  publicSchemaStatements,
  roleStatement,
  schemaStatements,
} from '../../../../deploy/local/servers/provision-sql.mjs';
import { asAdmin, lock, type Query } from './admin';

/** Every role of this kind in the cluster is created under one lock: concurrent creations fail. */
const rolesLock = 'roles';

export interface ServiceRole {
  readonly role: string;
  readonly schema: string;
  readonly password: string;
}

async function roleExists(query: Query, role: string): Promise<boolean> {
  return (await query('SELECT FROM pg_roles WHERE rolname = $1', [role])).length > 0;
}

/** Creates a role unless it exists; an existing one keeps its password. */
export async function ensureRole(query: Query, { role, password }: ServiceRole): Promise<void> {
  if (await roleExists(query, role)) return;
  await lock(query, rolesLock);
  if (!(await roleExists(query, role))) await query(roleStatement({ role, password, exists: false }));
}

/** Rights of each role in one database: connect, and own the schema of its name. */
export async function grantSchemas(
  adminUrl: string,
  database: string,
  roles: readonly ServiceRole[],
): Promise<void> {
  await asAdmin(
    async (query) => {
      const inside = [...publicSchemaStatements(), ...roles.flatMap(schemaStatements)];
      for (const statement of [...accessTo(database, roles), ...inside]) await query(statement);
    },
    { adminUrl, database },
  );
}

/** Belongs to the database itself, so a copy of a template needs it again. */
export const accessTo = (database: string, roles: readonly ServiceRole[]): readonly string[] => [
  ...databaseStatements({ database }),
  ...roles.flatMap((role) => accessStatements({ database, ...role })),
];

/**
 * In an existing database, creates for each service the role `<rolePrefix><service>` and the schema `<service>` that it
 * owns; no role may use another's schema. Idempotent, also concurrently.
 */
export async function provisionServiceRoles(
  adminUrl: string,
  database: string,
  passwords: Readonly<Record<string, string>>,
  { rolePrefix = 'ymera_' } = {},
): Promise<readonly ServiceRole[]> {
  const roles = Object.entries(passwords).map(([service, password]) => ({
    role: `${rolePrefix}${service.replaceAll('-', '_')}`,
    schema: service.replaceAll('-', '_'),
    password,
  }));
  await asAdmin(
    async (query) => {
      await lock(query, rolesLock);
      for (const { role, password } of roles)
        await query(roleStatement({ role, password, exists: await roleExists(query, role) }));
      await grantSchemas(adminUrl, database, roles);
    },
    { adminUrl },
  );
  return roles;
}
