import { roles, type Role } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { OperatorStore, OperatorToken } from '../../application/ports';

interface Row {
  readonly token_sha256: string;
  readonly name: string;
  readonly roles: readonly string[];
}

const isRole = (name: string): name is Role => roles.some((role) => role === name);

export class PostgresOperatorStore implements OperatorStore {
  constructor(private readonly sql: SqlExecutor) {}

  async findByToken(tokenSha256: string): Promise<OperatorToken | undefined> {
    const [row] = await this.sql.query<Row>(
      'SELECT token_sha256, name, roles FROM operator_tokens WHERE token_sha256 = $1 AND revoked_at IS NULL',
      [tokenSha256],
    );
    return row && { tokenSha256: row.token_sha256, name: row.name, roles: row.roles.filter(isRole) };
  }

  /** One statement, so that instances that start together agree. */
  async replaceBootstrapped(tokens: readonly OperatorToken[]): Promise<void> {
    const given = tokens.map(({ tokenSha256, name, roles: granted }) => ({
      token_sha256: tokenSha256,
      name,
      roles: granted,
    }));
    await this.sql.query(
      `WITH given AS (
         SELECT token_sha256, name, ARRAY(SELECT jsonb_array_elements_text(roles)) AS roles
         FROM jsonb_to_recordset($1::jsonb) AS t(token_sha256 text, name text, roles jsonb)
       ), gone AS (
         UPDATE operator_tokens SET revoked_at = now()
         WHERE is_bootstrapped AND revoked_at IS NULL
           AND token_sha256 NOT IN (SELECT token_sha256 FROM given)
       )
       INSERT INTO operator_tokens AS kept (token_sha256, name, roles, is_bootstrapped)
       SELECT token_sha256, name, roles, true FROM given ORDER BY token_sha256
       ON CONFLICT (token_sha256) DO UPDATE SET name = EXCLUDED.name, roles = EXCLUDED.roles, revoked_at = NULL
       WHERE kept.is_bootstrapped`,
      [JSON.stringify(given)],
    );
  }
}
