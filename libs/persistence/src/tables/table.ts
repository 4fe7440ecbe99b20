import { FailureException, versionConflict } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';
import type { Column } from './column';

export interface TableDefinition<Entity extends object> {
  readonly name: string;
  /** The field of the primary key. */
  readonly key: keyof Entity & string;
  /** Every field once. Its column has the same name in snake case. */
  readonly columns: { readonly [Field in keyof Entity & string]: Column<Entity[Field]> };
}

/** A statement up to where its caller goes on, and its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** One field list for all statements of a table: what is selected, inserted, updated and read back. */
export class Table<Entity extends object> {
  /** All columns, for SELECT. */
  readonly columns: string;
  private readonly fields: readonly (keyof Entity & string)[];

  constructor(private readonly definition: TableDefinition<Entity>) {
    this.fields = Object.keys(definition.columns) as (keyof Entity & string)[];
    this.columns = this.fields.map(columnOf).join(', ');
  }

  /** `INSERT INTO name (...) VALUES (...)`; `others` are columns that the entity does not have, by their own names. */
  insert(entity: Entity, others: Readonly<Record<string, unknown>> = {}): Statement {
    const names = [...this.fields.map(columnOf), ...Object.keys(others)];
    const values = [...this.fields.map((field) => this.valueOf(entity, field)), ...Object.values(others)];
    const parameters = names.map((_, index) => `$${index + 1}`);
    return {
      text: `INSERT INTO ${this.definition.name} (${names.join(', ')}) VALUES (${parameters.join(', ')})`,
      values,
    };
  }

  /** `UPDATE name SET ... WHERE key = $1`; the fields, then the others, are $2, $3... in their order. */
  update(
    entity: Entity,
    fields: readonly (keyof Entity & string)[],
    others: Readonly<Record<string, unknown>> = {},
  ): Statement {
    const { name, key } = this.definition;
    const names = [...fields.map(columnOf), ...Object.keys(others)];
    const assignments = names.map((column, index) => `${column} = $${index + 2}`);
    return {
      text: `UPDATE ${name} SET ${assignments.join(', ')} WHERE ${columnOf(key)} = $1`,
      values: [...[key, ...fields].map((field) => this.valueOf(entity, field)), ...Object.values(others)],
    };
  }

  /**
   * Writes these fields, by default all, and the version over the row of the version before. Rejects with `version_conflict`
   * when there is none.
   */
  async updateVersion(
    sql: SqlExecutor,
    entity: Entity & { readonly version: number },
    fields: readonly (keyof Entity & string)[] = this.fields.filter((field) => field !== this.definition.key),
  ): Promise<void> {
    const version = 'version' as keyof Entity & string;
    const { text, values } = this.update(entity, [version, ...fields.filter((field) => field !== version)]);
    const changed = await sql.query(`${text} AND version = $2 - 1 RETURNING 1`, values);
    if (changed.length === 0) throw new FailureException(versionConflict);
  }

  /** The entity of a row of `columns`; others are ignored. */
  read(row: Readonly<Record<string, unknown>>): Entity {
    const { columns } = this.definition;
    return Object.fromEntries(
      this.fields.map((field) => [field, columns[field].fromSql(row[columnOf(field)])]),
    ) as Entity;
  }

  private valueOf(entity: Entity, field: keyof Entity & string): unknown {
    return this.definition.columns[field].toSql(entity[field]);
  }
}

/** The codec of one table of a service. */
export const defineTable = <Entity extends object>(definition: TableDefinition<Entity>): Table<Entity> =>
  new Table(definition);

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
