/** The only dependency of a store on a database: a statement and its parameters in, rows out. */
export interface SqlExecutor {
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}
