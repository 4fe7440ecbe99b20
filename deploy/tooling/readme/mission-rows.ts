import { readFileSync } from 'node:fs';

/** A mark that a spec shows a row of the mission: `// Mission: A1, B2` directly above a test or a group of tests. */
export interface Showing {
  readonly row: string;
  /** Path of the spec. */
  readonly spec: string;
}

const mark = /^ *\/\/ Mission:(.*)\n(.*)$/gm;
const rowId = /^[A-K]\d+$/;
/** A test that is skipped or `todo` shows nothing. */
const runs = /^ *(?:describe|it|test)(?:\.each)?\b(?!\.)/;

/** The marks in the text of a spec. Throws for a mark that names no row or is above no test. */
export function showingsIn(spec: string, text: string): readonly Showing[] {
  return [...text.matchAll(mark)].flatMap(([line, named = '', next = '']) => {
    const rows = named.split(',').map((row) => row.trim());
    if (!rows.every((row) => rowId.test(row))) throw new Error(`${spec}: ${line} names no row`);
    if (!runs.test(next)) throw new Error(`${spec}: ${line} stands above no test that runs`);
    return rows.map((row) => ({ row, spec }));
  });
}

export const showingsOf = (root: string, specs: readonly string[]): readonly Showing[] =>
  specs.flatMap((spec) => showingsIn(spec, readFileSync(`${root}/${spec}`, 'utf8')));

/**
 * Whether a spec runs on real RabbitMQ and PostgreSQL: specs of the whole platform, and specs at the root of a
 * service's sources, which start the real service.
 */
export const isOnRealParts = (spec: string): boolean =>
  /^test\/(?:e2e|chaos)\/src\//.test(spec) || /^services\/[^/]+\/src\/[^/]+\.spec\.ts$/.test(spec);
