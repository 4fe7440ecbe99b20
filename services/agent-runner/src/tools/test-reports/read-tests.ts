import { firstError } from '../first-error';
import type { Places } from '../places';
import { cargo } from './cargo';
import { errorKind, type ErrorKind } from './error-kind';
import { go, goJson } from './go';
import { ava, jasmine, mocha, playwright, uvu } from './javascript';
import { jestOutput } from './jest';
import { nodeSpec } from './node-spec';
import { dotnet, exunit, gradle, maven, minitest, phpunit, rspec } from './other-languages';
import { pytest, unittest } from './python';
import {
  addCounts,
  type ReportedFailure,
  type ReportReader,
  type TestCounts,
  type ToolReport,
} from './report';
import { tap } from './tap';
import { vitest } from './vitest';
import { isCredible, type RunsTool } from './zero-tests';

/** A failed test, as reported by its runner. */
export interface TestFailure {
  readonly name: string;
  /** The package or file that the name belongs to; with the name it is the test's identity. */
  readonly group?: string | undefined;
  readonly kind: ErrorKind;
  /** The name and the error's own message, on one line. */
  readonly message: string;
  /** In the project: where the error was thrown, otherwise where the test begins. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** The runner's output about it, without frames of the runtime itself. */
  readonly evidence: string;
  /** A test file that could not be loaded: its tests did not run. */
  readonly isLoadFailure?: boolean | undefined;
}

/** The content of a test command's output; without the exit code. */
export interface TestReading {
  /** The tools whose own output was recognised. */
  readonly tools: readonly string[];
  /** Undefined where no tool printed a summary. */
  readonly counts: TestCounts | undefined;
  readonly failures: readonly TestFailure[];
  /** Whether a test that is not among the failures has passed, or did not exist. */
  readonly namesAll: boolean;
}

/** Maximum of listed failures: longer lists are not read. */
const maxFailures = 100;
const maxEvidenceLength = 1_500;
const maxMessageLength = 500;
/** Tools may print lines of megabytes. */
const maxLineLength = 2_000;

const readers: readonly ReportReader[] = [
  nodeSpec,
  tap,
  jestOutput,
  vitest,
  mocha,
  jasmine,
  ava,
  playwright,
  uvu,
  pytest,
  unittest,
  goJson,
  go,
  cargo,
  rspec,
  minitest,
  exunit,
  phpunit,
  maven,
  gradle,
  dotnet,
];

/** Tools whose report files are better than their output. */
const writersOfFiles: ReadonlySet<string> = new Set(['maven', 'gradle']);

const nothingKnown: RunsTool = () => false;

/**
 * Reads the output of the recognised tools, and their report files; several runs in one command add up. `runs` tells
 * which tools the command is known to run.
 */
export function readTests(
  output: string,
  places: Places,
  files: readonly ToolReport[] = [],
  runs: RunsTool = nothingKnown,
): TestReading {
  const text = places
    .inRepository(output)
    .replaceAll(/\u001B\[[\d;]*[A-Za-z]/g, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(0, maxLineLength))
    .join('\n');
  const printed = readers.reduce<readonly ToolReport[]>((found, read) => {
    const report = read(text);
    return report && isCredible(report, text, runs) ? [...found, report] : found;
  }, []);
  const reports =
    files.length === 0 ? printed : [...files, ...printed.filter(({ tool }) => !writersOfFiles.has(tool))];
  const counted = reports.flatMap(({ counts }) => (counts ? [counts] : []));
  const failures = new Map<string, TestFailure>();
  for (const reported of reports.flatMap((report) => report.failures).slice(0, 5 * maxFailures)) {
    const failure = toFailure(withCause(reported, text), places);
    const key = JSON.stringify([failure.name, failure.group, failure.file, failure.line]);
    if (failures.size < maxFailures && !failures.has(key)) failures.set(key, failure);
  }
  return {
    tools: [...new Set(reports.map(({ tool }) => tool))],
    counts: counted.length === 0 ? undefined : addCounts(counted),
    failures: [...failures.values()],
    namesAll: reports.length > 0 && failures.size < maxFailures && reports.every(({ namesAll }) => namesAll),
  };
}

/** Where only the end of a process was detected, its last output is somewhere in the whole. */
function withCause(reported: ReportedFailure, output: string): ReportedFailure {
  if (!reported.isLoadFailure || reported.error !== undefined) return reported;
  const cause = firstError(reported.text) ?? firstError(output);
  return cause ? { ...reported, error: cause.message, text: cause.context } : reported;
}

function toFailure(reported: ReportedFailure, places: Places): TestFailure {
  const { name, text, error, location, isLoadFailure } = reported;
  const at = places.first(location ?? '');
  const place = places.first(text) ?? at;
  const group = reported.group ?? at?.file;
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(?:at\s+)?(?:async\s+)?(?:.*\()?node:/.test(line));
  const first = lines.find((line) => /error|assert|expect|panic|^E\s/i.test(line)) ?? lines[0];
  const words = (error ?? first ?? '').trim().replace(/^E\s+/, '');
  return {
    name,
    ...(group === undefined || group === name ? {} : { group }),
    kind: errorKind(words, text),
    message: (words === '' ? name : `${name}: ${words}`).replaceAll(/\s+/g, ' ').slice(0, maxMessageLength),
    ...(place ?? {}),
    evidence: lines.join('\n').slice(0, maxEvidenceLength),
    ...(isLoadFailure ? { isLoadFailure } : {}),
  };
}
