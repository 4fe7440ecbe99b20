import type { Combination, Expected } from './combination';
import { describeOutcome, type Outcome } from './outcome';

export const beginning = '<!-- begin: written by `npm run compatibility -- --write` -->';
export const end = '<!-- end -->';

export interface Row {
  readonly combination: Combination;
  /** A combination and its outcomes. */
  readonly tried: string;
}

const headings = ['language', 'test tool', 'packages', 'shape', 'command found', 'what was tried: what came'];

/** The generated part of the document. */
export function compatibilityTable(rows: readonly Row[]): string {
  const cells = rows.map(({ combination, tried }) => [...cellsOf(combination), tried]);
  const limits = rows.filter(({ combination }) => combination.limitation !== undefined);
  return [
    `${rows.length} combinations, ${rows.reduce((sum, { combination }) => sum + combination.trials.length, 0)} requests.`,
    '',
    ...markdownTable([headings, ...cells]),
    ...(limits.length === 0 ? [] : ['', '## What does not work', '']),
    ...limits.map(
      ({ combination }) =>
        `- ${combination.tool}, ${combination.packageManager}, ${combination.shape}: ${combination.limitation ?? ''}`,
    ),
  ].join('\n');
}

/** The document with its generated part replaced. Throws when the marks are missing. */
export function replaceTable(document: string, table: string): string {
  const from = document.indexOf(beginning);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the marks ${beginning} and ${end}.`);
  return `${document.slice(0, from)}${beginning}\n\n${table}\n\n${document.slice(to)}`;
}

/** The trials of a combination according to the document; undefined where it has no row for it. */
export function triedIn(document: string, combination: Combination): string | undefined {
  const wanted = cellsOf(combination);
  const row = document
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .find((cells) => wanted.every((cell, index) => cells[index + 1] === cell));
  return row?.[headings.length];
}

/** Combinations and trials whose expectation is missing in the document. */
export function missingFrom(document: string, combinations: readonly Combination[]): readonly string[] {
  return combinations.flatMap((combination) => {
    const tried = triedIn(document, combination);
    if (tried === undefined) return [combination.id];
    return combination.trials
      .filter(({ name, expected }) => !tried.includes(`${name}: ${phraseOf(expected)}`))
      .map(({ name }) => `${combination.id}, ${name}`);
  });
}

/** By the trials' names, as run. */
export const describeTried = (
  outcomes: readonly { readonly name: string; readonly outcome: Outcome }[],
): string => escaped(outcomes.map(({ name, outcome }) => `${name}: ${describeOutcome(outcome)}`).join('; '));

const cellsOf = ({ language, tool, packageManager, shape, command }: Combination): readonly string[] =>
  [language, tool, packageManager, shape, command === undefined ? 'none' : `\`${command}\``].map(escaped);

const phraseOf = (expected: Expected): string =>
  expected.outcome === 'stopped' || expected.outcome === 'not registered'
    ? `${expected.outcome}: ${expected.code}`
    : expected.outcome;

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Formats a table like Prettier. */
function markdownTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length), 3));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)];
}
