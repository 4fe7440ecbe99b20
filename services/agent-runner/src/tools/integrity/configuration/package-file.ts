import { withoutByteOrderMark } from '@ymera/kernel';
import { dependencyFindings } from '../lookalike-findings';
import { finding, type IntegrityFinding } from '../findings';
import type { RequestWords } from '../request-words';
import { weighCommand } from './command-change';
import { changedSettings } from './settings-tree';
import { weigh, type Weight } from './weight';

type Json = Readonly<Record<string, unknown>>;

const settings = [
  'jest',
  'mocha',
  'ava',
  'vitest',
  'c8',
  'nyc',
  'tap',
  'jasmine',
  'karma',
  'babel',
  'ts-node',
  'cypress',
  'playwright',
  'wireit',
];
const dependencies = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** The settings of a package file about tests, benchmarks and dependencies. */
export function packageFileFindings(
  path: string,
  before: string | null,
  after: string | null,
  facts: { readonly request: RequestWords; readonly paths: ReadonlySet<string> },
): readonly IntegrityFinding[] {
  const { request } = facts;
  const [old, now] = [parse(before ?? '{}'), parse(after ?? '{}')];
  if (!old || !now)
    return [
      finding(
        'test_setup_changed',
        'high',
        'package.json cannot be read.',
        { file: path },
        'Correct the syntax.',
      ),
    ];
  const lineOf = (key: string) => {
    const at = (after ?? '').split('\n').findIndex((line) => line.includes(JSON.stringify(key)));
    return at < 0 ? undefined : at + 1;
  };
  const weighed: { key: string; weight: Weight; evidence: string }[] = [];
  const [oldScripts, newScripts] = [record(old['scripts']), record(now['scripts'])];
  for (const name of decidingScripts([oldScripts, newScripts])) {
    const [was, is] = [text(oldScripts[name]), text(newScripts[name])];
    // A script that no command ran before and no other command runs now.
    const weight =
      was === undefined && !/^(?:pre|post)/.test(name) && !isCalled(name, newScripts)
        ? 'none'
        : weighCommand(was, is, facts);
    weighed.push({ key: `scripts.${name}`, weight, evidence: `before: ${was ?? ''}\nafter: ${is ?? ''}` });
  }
  for (const key of settings)
    for (const change of changedSettings(old[key], now[key], key))
      weighed.push({
        key: change.key,
        weight: weigh(change, facts),
        evidence: `before: ${JSON.stringify(change.before)}\nafter: ${JSON.stringify(change.after)}`,
      });
  for (const change of changedSettings(old['imports'], now['imports'], 'imports'))
    weighed.push({
      key: change.key,
      weight: change.before === undefined ? 'none' : 'harmful',
      evidence: `before: ${JSON.stringify(change.before)}\nafter: ${JSON.stringify(change.after)}`,
    });
  for (const change of ['overrides', 'resolutions', 'type'].flatMap((key) =>
    changedSettings(old[key], now[key], key),
  ))
    weighed.push({ key: change.key, weight: 'visible', evidence: '' });
  const findings = weighed.flatMap(({ key, weight, evidence }): readonly IntegrityFinding[] =>
    weight === 'none'
      ? []
      : [
          finding(
            'test_setup_changed',
            weight === 'harmful' ? 'high' : 'medium',
            `A setting that decides which tests run, or when they pass, was changed: ${key}.`,
            { file: path, line: lineOf(key.split('.').at(-1) ?? key), evidence },
            'Leave the tests and their set-up unchanged.',
          ),
        ],
  );
  const all = (file: Json) =>
    Object.assign({}, ...dependencies.map((key) => strings(file[key]))) as Readonly<Record<string, string>>;
  return [
    ...findings,
    ...(before === null ? [] : dependencyFindings(path, all(old), all(now), request.text)),
  ];
}

/**
 * Scripts that tests and benchmarks run, and those that these name in turn. A word that happens to be a script's name
 * counts as well.
 */
export function decidingScripts(sides: readonly Json[]): ReadonlySet<string> {
  const all = new Set(sides.flatMap((scripts) => Object.keys(scripts)));
  const deciding = new Set([...all].filter((name) => /^(?:pre|post)?(?:test|bench)/.test(name)));
  // Scripts added during the loop are visited as well.
  for (const name of deciding) {
    const bodies = sides.flatMap((scripts) => text(scripts[name]) ?? []);
    const named = bodies.flatMap((body) => body.match(/[\w:.-]+/g) ?? []);
    for (const other of named.flatMap((word) => [word, `pre${word}`, `post${word}`]))
      if (all.has(other)) deciding.add(other);
  }
  return deciding;
}

/** The names of every package that package files declare. */
export const declaredPackages = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((json) => dependencies.flatMap((key) => Object.keys(record(parse(json)?.[key])))));

const isCalled = (name: string, scripts: Json): boolean =>
  /^(?:test|bench)$/.test(name) ||
  Object.entries(scripts).some(
    ([other, body]) => other !== name && (text(body) ?? '').split(/[^\w:.-]+/).includes(name),
  );

export function parse(json: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(withoutByteOrderMark(json));
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const strings = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
