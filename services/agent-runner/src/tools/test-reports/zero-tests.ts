import { type CommandPart, isWrapper, runnersOf } from '../command-parts';
import type { ToolReport } from './report';

/** Whether a command runs a tool. */
export type RunsTool = (tool: string) => boolean;

/**
 * By the programs of a command. The programs behind a wrapper such as `make` are unknown: when it fails, a tool's report
 * that it ran nothing is accepted as the reason; when it succeeds, the exit code decides.
 */
export const runsTool =
  (parts: readonly CommandPart[], exitCode: number | null): RunsTool =>
  (tool) =>
    parts.some((part) => runnersOf(part).includes(tool)) || (exitCode !== 0 && parts.some(isWrapper));

/** A tool's output around its line about missing tests; a log that quotes the line does not have it. */
const frames: Readonly<Record<string, RegExp>> = {
  jest: /^No tests found, exiting with code [01]\n(?:Run with `|In )|^Test Suites: .*\nTests: +0 total$/m,
  vitest: /^ RUN +v\d/m,
  jasmine: /^Finished in [\d.]+ seconds\nIncomplete: No specs found$/m,
  ava: /^ {2}✘ .*\n {2}─$/m,
  playwright: /^Error: No tests found\.?\nMake sure that arguments/m,
  uvu: /^ {2}Total: +0\n {2}Passed: +0\n/m,
  node: /^ℹ tests 0\n(?:ℹ .*\n)*ℹ fail 0$/m,
  tap: /^TAP version 1[34]$|^# tests +0\n# pass +0$/m,
  pytest: /^=+ test session starts =+$/m,
  unittest: /^-{60,}\nRan 0 tests in /m,
  go: /^(?:\? {3}|ok {2})\t\S+\t/m,
  cargo: /^running 0 tests$/m,
  rspec: /^Finished in .* \(files took .* to load\)$/m,
  minitest: /^Finished in [\d.]+s, /m,
  exunit: /^Finished in [\d.]+ seconds/m,
  phpunit: /^PHPUnit \d/m,
  maven: /^\[INFO\] (?:Scanning for projects|Building |BUILD )/m,
  dotnet: /^(?:Test run for |Starting test execution)/m,
};

/** Events and files are no lines of a log. */
const withoutLines: ReadonlySet<string> = new Set(['go -json', 'junit']);

/** Whether a report about missing tests is the tool's own: the command runs it, or the output is complete. */
export const isCredible = ({ tool, counts, failures }: ToolReport, output: string, runs: RunsTool): boolean =>
  counts?.total !== 0 ||
  failures.length > 0 ||
  withoutLines.has(tool) ||
  runs(tool) ||
  frames[tool]?.test(output) === true;
