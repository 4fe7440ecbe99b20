/** The limit of a figure, or of the ratio. */
export type Owed = { readonly atLeast: number } | { readonly below: number };

/** The result of a benchmark. */
export interface Measured {
  /** Numbers in the unit of their names. */
  readonly figures: Readonly<Record<string, number>>;
  /** The reference of the ratio, in a few words. */
  readonly reference: string;
  /** Ours divided by the reference; 1 is as good. */
  readonly ratio: number;
}

/** Runs on servers from the environment, with its own virtual host and database. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** By the name of the figure, or `ratio`. */
  readonly owed: Readonly<Record<string, Owed>>;
  run(progress: (line: string) => void): Promise<Measured>;
}
