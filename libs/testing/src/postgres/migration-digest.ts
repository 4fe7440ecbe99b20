import { digestOf } from '@ymera/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

/**
 * Identifies the schema after these migrations: by the statements that they would run, wherever their text is, and by
 * the source of each class, for statements that depend on answers of the database.
 */
export async function migrationDigest(migrations: readonly MigrationClass[]): Promise<string> {
  const calls: unknown[] = [];
  const recorder = new Proxy({} as QueryRunner, {
    get:
      (_, method) =>
      async (...parameters: unknown[]) => {
        calls.push([String(method), JSON.stringify(parameters)]);
        return [];
      },
  });
  for (const migration of migrations) {
    calls.push(String(migration));
    await new migration().up(recorder).catch(() => undefined);
  }
  return digestOf(calls).slice('sha256:'.length, 'sha256:'.length + 12);
}
