/** How one field is stored: what goes into a statement, and what comes out of a row. */
export interface Column<Value> {
  readonly toSql: (value: Value) => unknown;
  readonly fromSql: (stored: unknown) => Value;
}

/** For example a zod schema; throws at what it does not know. */
interface Parser<Value> {
  parse(stored: unknown): Value;
}

const trusted = <Value>(): Parser<Value> => ({ parse: (stored) => stored as Value });

/** As pg takes and gives it. Read without a check unless a parser is given: its service alone writes the table. */
export const plain = <Value>(parser: Parser<Value> = trusted()): Column<Value> => ({
  toSql: (value) => value,
  fromSql: (stored) => parser.parse(stored),
});

/** NULL in the database is null in the program. */
export const nullable = <Value>({ toSql, fromSql }: Column<Value>): Column<Value | null> => ({
  toSql: (value) => (value === null ? null : toSql(value)),
  fromSql: (stored) => (stored === null ? null : fromSql(stored)),
});

/** NULL in the database is undefined in the program. */
export const optional = <Value>({ toSql, fromSql }: Column<Value>): Column<Value | undefined> => ({
  toSql: (value) => (value === undefined ? null : toSql(value)),
  fromSql: (stored) => (stored === null ? undefined : fromSql(stored)),
});

/** A `json` or `jsonb` column, which pg parses; it would write a list as an SQL array. */
export const json = <Value>(parser: Parser<Value> = trusted()): Column<Value> => ({
  toSql: (value) => JSON.stringify(value),
  fromSql: (stored) => parser.parse(stored),
});
