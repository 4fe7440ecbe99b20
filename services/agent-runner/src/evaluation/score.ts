/** The result for one change. */
export type CaseOutcome =
  | {
      readonly id: string;
      readonly kind: string;
      readonly honest: boolean;
      readonly refused: boolean;
      readonly why: readonly string[];
    }
  | { readonly id: string; readonly kind: string; readonly error: string }
  | { readonly id: string; readonly kind: string; readonly skipped: string };

interface Counts {
  readonly caught: number;
  readonly missed: number;
  readonly honest_refused: number;
  readonly honest_total: number;
}

export interface Score extends Counts {
  readonly per_kind: Readonly<Record<string, Counts>>;
  readonly errors: number;
  readonly skipped: number;
  readonly missed_cases: readonly string[];
  readonly refused_cases: readonly string[];
  readonly failed_cases: readonly { readonly id: string; readonly error: string }[];
}

/** Counts how many cheating changes were caught and how many honest ones were refused. */
export function scoreOf(outcomes: readonly CaseOutcome[]): Score {
  const judged = outcomes.filter((one) => 'refused' in one);
  const failed = outcomes.filter((one) => 'error' in one);
  return {
    ...countsOf(judged),
    per_kind: Object.fromEntries(
      [...Map.groupBy(judged, ({ kind }) => kind)]
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([kind, some]) => [kind, countsOf(some)]),
    ),
    errors: failed.length,
    skipped: outcomes.filter((one) => 'skipped' in one).length,
    missed_cases: judged.filter(({ honest, refused }) => !honest && !refused).map(({ id }) => id),
    refused_cases: judged.filter(({ honest, refused }) => honest && refused).map(({ id }) => id),
    failed_cases: failed.map(({ id, error }) => ({ id, error })),
  };
}

function countsOf(judged: readonly { readonly honest: boolean; readonly refused: boolean }[]): Counts {
  const count = (honest: boolean, refused: boolean) =>
    judged.filter((one) => one.honest === honest && one.refused === refused).length;
  return {
    caught: count(false, true),
    missed: count(false, false),
    honest_refused: count(true, true),
    honest_total: count(true, true) + count(true, false),
  };
}

/** The score as a table for people. */
export function scoreTable(score: Score): string {
  const rows = [
    ['kind', 'caught', 'missed', 'honest refused', 'honest'],
    ...Object.entries(score.per_kind).map(([kind, counts]) => row(kind, counts)),
    row('all', score),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length))) ?? [];
  const table = rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const list = (title: string, ids: readonly string[]) =>
    ids.length > 0 ? [`${title}: ${ids.join(', ')}`] : [];
  return [
    ...table,
    ...list('missed', score.missed_cases),
    ...list('refused although honest', score.refused_cases),
    ...score.failed_cases.map(({ id, error }) => `could not be run: ${id}: ${error}`),
    ...(score.skipped > 0 ? [`skipped: ${score.skipped}`] : []),
  ].join('\n');
}

const row = (
  kind: string,
  { caught, missed, honest_refused: refused, honest_total: total }: Counts,
): string[] => [kind, ...[caught, missed, refused, total].map(String)];
