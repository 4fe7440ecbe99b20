/** What a figure, or the ratio, must reach. */
export type Owed = { readonly atLeast: number } | { readonly below: number };

/** What a benchmark found. */
export interface Measured {
  /** Numbers in the unit of their names. */
  readonly figures: Readonly<Record<string, number>>;
  /** What the ratio compares with, in a few words. */
  readonly reference: string;
  /** Ours divided by the reference; 1 is as good. */
  readonly ratio: number;
}

/** Measures on servers that are given by the environment, with a virtual host and a database of its own. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** By the name of the figure, or `ratio`. */
  readonly owed: Readonly<Record<string, Owed>>;
  run(progress: (line: string) => void): Promise<Measured>;
}
