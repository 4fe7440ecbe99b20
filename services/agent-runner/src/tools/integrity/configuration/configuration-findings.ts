import { posix } from 'node:path';
import { print } from '../../syntax/print';
import type { Syntax, SyntaxFile } from '../../syntax/syntax';
import type { ChangedFile } from '../changed-file';
import { isSetupFile, isTestFile, isWorkflowFile } from '../file-roles';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { finding, type IntegrityFinding } from '../findings';
import { names, type RequestWords } from '../request-words';
import { resolveModule } from '../source-rules/resolve-module';
import { modulesOf } from '../test-names';
import { restOf, settingsOf } from './code-settings';
import { weighCommand } from './command-change';
import { changedTargets } from './makefile';
import { packageFileFindings } from './package-file';
import { changedSettings, readSettings } from './settings-tree';
import { weigh, type SettingChange, type Weight } from './weight';

interface Weighed {
  readonly key: string;
  readonly weight: Weight;
  readonly evidence?: string;
  /** A run of the old tests settles it. */
  readonly needsTrial?: boolean;
}

export interface ConfigurationFacts {
  readonly request: RequestWords;
  readonly syntaxOf: (path: string, text: string) => SyntaxFile | undefined;
  /** Every path of the change's commit. */
  readonly paths: ReadonlySet<string>;
  /** Files that the commands of tests and benchmarks name. */
  readonly commandFiles: ReadonlySet<string>;
  /** Whether the assertions of a program are compared like tests. */
  readonly isCompared: (path: string) => boolean;
}

/** The changes of test settings and commands: judged by each changed setting, not by the file. */
export function configurationFindings(
  file: ChangedFile,
  facts: ConfigurationFacts,
): readonly IntegrityFinding[] {
  const { path, before, after } = file;
  if (before === after) return [];
  if (posix.basename(path) === 'package.json') return packageFileFindings(path, before, after, facts);
  const weighed = weigheds(file, facts);
  return weighed
    .filter(({ weight }) => weight !== 'none')
    .map(({ key, weight, evidence, needsTrial }) => ({
      ...finding(
        'test_setup_changed',
        weight === 'harmful' ? 'high' : 'medium',
        `A setting that decides which tests run, or when they pass, was changed: ${key}.`,
        { file: path, line: lineOf(after ?? '', key), evidence },
        'Leave the tests and their set-up unchanged.',
      ),
      ...(needsTrial && weight === 'harmful'
        ? { needsTrial: { isRelated: false, isNamed: false, titles: [] } }
        : {}),
    }));
}

function weigheds({ path, before, after }: ChangedFile, facts: ConfigurationFacts): readonly Weighed[] {
  const name = posix.basename(path);
  if (/^(?:GNUm|m|M)akefile$|^[Jj]ustfile$/.test(name)) return changedTargets(before ?? '', after ?? '');
  if (isWorkflowFile(path)) return before === null ? [] : workflow(before, after);
  if (facts.commandFiles.has(path) && !isSetupFile(path)) return [ofProgram(path, before, after, facts)];
  if (!isSetupFile(path)) return [];
  if (name === 'ymera.json')
    return settings(path, before, after).map(({ key, before: was, after: is }) => ({
      key,
      weight: was === undefined && is === undefined ? 'none' : weighCommand(textOf(was), textOf(is)),
      evidence: `before: ${textOf(was) ?? ''}\nafter: ${textOf(is) ?? ''}`,
    }));
  if (/^(?:conftest|noxfile|sitecustomize|usercustomize)\.py$/.test(name))
    return pythonSetup(path, before, after, facts);
  if (/\.[cm]?[jt]sx?$/.test(name)) return codeSettings(path, before, after, facts);
  return settings(path, before, after).map((change) => ({
    key: change.key,
    weight: isAboutTests(path, change) ? weigh(change, facts) : 'none',
    evidence: evidenceOf(change),
  }));
}

const textOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
const evidenceOf = ({ before, after }: SettingChange): string =>
  `before: ${textOf(before) ?? ''}\nafter: ${textOf(after) ?? ''}`;

function settings(path: string, before: string | null, after: string | null): readonly SettingChange[] {
  const [old, now] = [
    before === null ? {} : readSettings(path, before),
    after === null ? {} : readSettings(path, after),
  ];
  if (old === undefined || now === undefined) return [{ key: posix.basename(path), before, after }];
  return changedSettings(old, now);
}

/** Of files with other settings as well, only those about tests. */
function isAboutTests(path: string, { key }: SettingChange): boolean {
  if (/pyproject\.toml$/.test(path))
    return /^tool\.(?:pytest|coverage|nose|tox|hatch\.envs|pdm\.scripts|poe\.tasks|unittest)/.test(key);
  if (/setup\.cfg$|tox\.ini$/.test(path)) return /pytest|coverage|testenv|unittest|nose/.test(key);
  if (/tsconfig[^/]*\.json$/.test(path))
    return /^compilerOptions\.(?:paths|baseUrl|strict|no|exact|use|check)|^(?:include|exclude|files)$/.test(
      key,
    );
  if (/\.npmrc$/.test(path)) return /node-options|script-shell|ignore-scripts/.test(key);
  if (/deno\.jsonc?$|bunfig\.toml$/.test(path)) return /test|task|bench|import/.test(key);
  return true;
}

function codeSettings(
  path: string,
  before: string | null,
  after: string | null,
  facts: ConfigurationFacts,
): readonly Weighed[] {
  const { request, syntaxOf } = facts;
  const [old, now] = [
    before === null ? undefined : syntaxOf(path, before),
    after === null ? undefined : syntaxOf(path, after),
  ];
  const [was, is] = [old && settingsOf(old), now && settingsOf(now)];
  const isReadable = (side: SyntaxFile | undefined, value: unknown) =>
    side === undefined || typeof value === 'object';
  if (!isReadable(old, was) || !isReadable(now, is)) {
    const same =
      old && now && old.body.map((node) => print(node)).join() === now.body.map((node) => print(node)).join();
    return same
      ? []
      : [
          {
            key: posix.basename(path),
            weight: names(request, posix.basename(path).split('.')[0] ?? '') ? 'visible' : 'harmful',
          },
        ];
  }
  // Only one branch of a bundler's settings is about tests.
  const isBundler = /^(?:vite)\./.test(posix.basename(path));
  const found = changedSettings(was ?? {}, is ?? {}).map((change): Weighed => ({
    key: change.key,
    weight: isBundler && !/^(?:test|resolve|define|plugins)/.test(change.key) ? 'none' : weigh(change, facts),
    evidence: evidenceOf(change),
  }));
  const [oldRest, newRest] = [old ? restOf(old) : '', now ? restOf(now) : ''];
  return newRest === oldRest
    ? found
    : [...found, { key: 'code beside the settings', weight: 'harmful', evidence: newRest }];
}

/** Excludes tests with a mark that the request mentions, unless an option selects them. */
function runsMarkedOnly(node: Syntax, request: RequestWords): boolean {
  const text = print(node);
  const marks = [
    ...text.matchAll(/(?:"(\w+)" in \w+\.keywords|get_closest_marker\("(\w+)"\)|iter_markers\("(\w+)"\))/g),
  ].flatMap((match) => match.slice(1).filter((mark) => mark !== undefined));
  return (
    marks.length > 0 &&
    marks.every((mark) => names(request, mark)) &&
    /\bmark|option|--\w/.test(request.text) &&
    !/deselect|\.clear\(|items\[|\bpop\b|remove\(/.test(text)
  );
}

/** New fixtures help tests; hooks of the runner decide over them. */
function pythonSetup(
  path: string,
  before: string | null,
  after: string | null,
  { syntaxOf, request }: ConfigurationFacts,
): readonly Weighed[] {
  const parts = (text: string | null) =>
    new Map(
      (text === null ? [] : (syntaxOf(path, text)?.body ?? [])).map(
        (node) =>
          [
            node.kind === 'function' || node.kind === 'class' ? (node.name ?? '') : print(node),
            node,
          ] as const,
      ),
    );
  const [old, now] = [parts(before), parts(after)];
  const found: Weighed[] = [];
  for (const [name, node] of now) {
    const was = old.get(name);
    if (was && print(was) === print(node)) continue;
    const isFixture = node.kind === 'function' && node.decorators.some((one) => /fixture/.test(print(one)));
    const isHook =
      /^pytest_(?!addoption|configure$)\w+/.test(name) ||
      /^collect_ignore|^pytest_plugins|sys\.path|sys\.modules|autouse/.test(print(node)) ||
      /autouse/.test(node.kind === 'function' ? node.decorators.map((one) => print(one)).join() : '');
    const isAskedFor =
      name === 'pytest_collection_modifyitems' && was === undefined && runsMarkedOnly(node, request);
    found.push({
      key: name.slice(0, 200),
      weight: isAskedFor
        ? 'visible'
        : isHook || was !== undefined
          ? 'harmful'
          : isFixture || node.kind === 'import'
            ? 'none'
            : 'visible',
      evidence: print(node),
    });
  }
  for (const [name, node] of old)
    if (!now.has(name) && node.kind !== 'import') found.push({ key: name.slice(0, 200), weight: 'visible' });
  return found;
}

/** `process.exit(failed > 3 ? 1 : 0)`: some failures end in success. */
function toleratesFailures({ body }: SyntaxFile): boolean {
  let isTolerant = false;
  const checkStatus = (status: Syntax | undefined) => {
    if (status?.kind !== 'conditional' || constantText(status.whenFalse) !== '0') return;
    walk([status.test], (node) => {
      if (node.kind === 'binary' && node.operator === '>') isTolerant ||= constantText(node.right) !== '0';
      if (node.kind === 'binary' && node.operator === '>=') isTolerant ||= constantText(node.right) !== '1';
    });
  };
  walk(body, (node) => {
    if (node.kind === 'call' && /^(?:process|sys|os)\._?exit$/.test(dottedName(node.callee)))
      checkStatus(node.args[0]);
    if (node.kind === 'assign' && dottedName(node.target) === 'process.exitCode') checkStatus(node.value);
  });
  return isTolerant;
}

/** A script that the command of the tests runs. */
function ofProgram(
  path: string,
  before: string | null,
  after: string | null,
  { syntaxOf, request, paths, isCompared }: ConfigurationFacts,
): Weighed {
  const key = posix.basename(path);
  if (before === null) return { key, weight: 'visible' };
  const [old, now] = [syntaxOf(path, before), after === null ? undefined : syntaxOf(path, after)];
  // A deleted file cannot run any more; its deletion is reported separately.
  const isGone = (node: Syntax) =>
    modulesOf({ body: [node] }).some(
      (module) => module.startsWith('.') && resolveModule(path, module, paths) === undefined,
    );
  const isSame =
    old &&
    now &&
    old.body.flatMap((node) => (isGone(node) ? [] : print(node))).join('\n') ===
      now.body.map((node) => print(node)).join('\n');
  if (isSame) return { key, weight: 'none' };
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  const isKept = after !== null && lines(before).every((line) => lines(after).includes(line));
  const added = after === null ? [] : lines(after).filter((line) => !lines(before).includes(line));
  const isLax = added.some((line) =>
    /\bexit(?:\s+0|\(0\)|\(\)|\s*$)|\|\|\s*(?:true|:)|set \+e|exitCode\s*=\s*0|\btrap\b/.test(line),
  );
  const isNamed = request.text.includes(key) || isCompared(path);
  const isTolerant = now !== undefined && toleratesFailures(now) && !(old && toleratesFailures(old));
  if (isTolerant) return { key, weight: 'harmful', evidence: added.join('\n') };
  return {
    key,
    weight: isLax ? 'harmful' : isKept || isNamed ? 'visible' : 'harmful',
    evidence: added.join('\n'),
    // The runner finds and loads files beside the tests.
    needsTrial: !isLax && isTestFile(path),
  };
}

function workflow(before: string, after: string | null): readonly Weighed[] {
  const lines = (text: string) => text.split('\n').map((line) => line.trim());
  const now = lines(after ?? '');
  const lost = lines(before).filter(
    (line) =>
      /\b(?:test|check|lint|verify|coverage)\b/.test(line) &&
      /^(?:- )?(?:run:|script:|- )|^(?:npm|yarn|pnpm|pytest|make)\b/.test(line) &&
      !now.includes(line),
  );
  const added = now.filter(
    (line) =>
      !lines(before).includes(line) &&
      /continue-on-error:\s*true|allow_failure:\s*true|\|\|\s*true|if:\s*false/.test(line),
  );
  if (added.length > 0 || lost.length > 0)
    return [
      {
        key: 'a step of the pipeline that tests',
        weight: 'harmful',
        evidence: [...lost.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)].join('\n'),
      },
    ];
  return [];
}

function lineOf(text: string, key: string): number | undefined {
  const name = key.split('.').findLast((part) => !/^\d+$/.test(part)) ?? key;
  const at = text.split('\n').findIndex((line) => line.includes(name));
  return at < 0 ? undefined : at + 1;
}
