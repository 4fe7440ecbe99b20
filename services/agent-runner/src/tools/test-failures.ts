import type { Places } from './places';

/** A test that failed, as its runner told it. */
export interface TestFailure {
  readonly name: string;
  /** The error's own words, on one line. */
  readonly message: string;
  /** In the project: where the error was thrown, or else where the test begins. */
  readonly file?: string;
  readonly line?: number;
  /** What the runner printed about it, without frames of the runtime itself. */
  readonly evidence: string;
}

/** What is printed about one failure, before its places are looked up. */
interface Block {
  readonly name: string;
  readonly text: string;
  readonly error?: string;
  /** Where the test is, for an error that names no place of the project. */
  readonly location?: string;
}

/** More are not read: of a list this long nobody knows what else has failed. */
export const maximumFailures = 20;
const maximumEvidence = 1_500;
const maximumMessage = 500;
/** Tools may print lines of megabytes. */
const maximumLine = 2_000;

/** The failures that a test command has printed, each once; none where its runner is unknown. */
export function readTestFailures(output: string, places: Places): readonly TestFailure[] {
  const text = places
    .inRepository(output)
    .replaceAll(/\u001B\[[\d;]*m/g, '')
    .split('\n')
    .map((line) => line.slice(0, maximumLine))
    .join('\n');
  const blocks = readers.reduce<readonly Block[]>(
    (found, read) => (found.length > 0 ? found : read(text)),
    [],
  );
  const failures = new Map<string, TestFailure>();
  for (const block of blocks.slice(0, 5 * maximumFailures)) {
    const failure = toFailure(block, places);
    const key = JSON.stringify([failure.name, failure.file, failure.line]);
    if (failures.size < maximumFailures && !failures.has(key)) failures.set(key, failure);
  }
  return [...failures.values()];
}

function toFailure({ name, text, error, location }: Block, places: Places): TestFailure {
  const place = places.first(text) ?? places.first(location ?? '');
  const telling = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(?:at\s+)?(?:async\s+)?(?:.*\()?node:/.test(line));
  const first = telling.find((line) => /error|assert|expect|panic|^E\s/i.test(line)) ?? telling[0];
  const message = (error ?? first ?? '').trim().replace(/^E\s+/, '');
  return {
    name,
    message: (message === '' ? name : `${name}: ${message}`).replaceAll(/\s+/g, ' ').slice(0, maximumMessage),
    ...(place ?? {}),
    evidence: telling.join('\n').slice(0, maximumEvidence),
  };
}

type Reader = (output: string) => readonly Block[];

/** Cuts at each line that matches; the first group is the name of what follows it. */
function cut(text: string, heading: RegExp): readonly { readonly name: string; readonly text: string }[] {
  const headings = [...text.matchAll(heading)];
  return headings.map((match, index) => ({
    name: (match[1] ?? '').trim(),
    text: text.slice(match.index + match[0].length, headings[index + 1]?.index ?? text.length),
  }));
}

/** `node --test`, spec reporter: at the end, each failing test under `test at <file>:<line>:<column>`. */
const nodeSpec: Reader = (output) =>
  cut(output.split(/^✖ failing tests:$/m)[1] ?? '', /^test at (.+)$/gm).map(({ name: location, text }) => {
    const title = /^\s*✖ (.+?)(?: \([\d.]+m?s\))?$/m.exec(text);
    return {
      name: title?.[1] ?? location,
      location,
      text: title ? text.slice(title.index + title[0].length) : text,
    };
  });

/** `node --test`, TAP reporter: a YAML block below each `not ok`. A suite repeats what failed in it. */
const nodeTap: Reader = (output) =>
  [...output.matchAll(/^( *)not ok \d+ - (.+)\n\1 {2}---\n((?:\1 {2}.*\n|\n)*?)\1 {2}\.\.\.$/gm)].flatMap(
    ([, , name = '', yaml = '']) => {
      if (/failureType: '(?:subtestsFailed|cancelledByParent)'/.test(yaml)) return [];
      const value = (key: string) =>
        new RegExp(`^ *${key}: (?:'(.*)'|\\|-\\n((?: {4,}.*\\n)+))`, 'm').exec(yaml);
      const error = value('error');
      const stack = value('stack')?.[2] ?? '';
      return [
        {
          name,
          location: value('location')?.[1] ?? '',
          error: (error?.[1] ?? error?.[2] ?? '').replaceAll("''", "'"),
          text: `${yaml.replace(/^ *stack: \|-\n(?: {4,}.*\n)+/m, '').replaceAll(/^ *(?:duration_ms|location|failureType):.*\n/gm, '')}${stack}`,
        },
      ];
    },
  );

/** jest and vitest: `● suite › test`, at times a second time in a summary. */
const jestLike: Reader = (output) =>
  cut(
    (output.split(/^Test Suites:/m)[0] ?? '').replace(/^Summary of all failing tests$/m, ''),
    /^ {2}● (.+)$/gm,
  ).filter(({ name }) => name !== 'Console');

/** mocha: numbered, after `N failing`. */
const mocha: Reader = (output) =>
  cut(output.split(/^\s*\d+ failing$/m)[1] ?? '', /^ {2}\d+\) (.+(?:\n {7,}.+)*?):?$/gm);

/** pytest: `____ test_name ____`. */
const pytest: Reader = (output) =>
  cut(output.split(/^=+ short test summary/m)[0] ?? '', /^_{3,} (.+?) _{3,}$/gm);

const go: Reader = (output) => cut(output, /^\s*--- FAIL: (\S+).*$/gm);

const readers: readonly Reader[] = [nodeSpec, nodeTap, jestLike, mocha, pytest, go];
