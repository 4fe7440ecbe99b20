import { z } from 'zod';

/** One program that a command line starts, with its arguments. */
export interface CommandPart {
  /** As written, without grouping. */
  readonly text: string;
  /** Without its folder. */
  readonly program: string;
  readonly rest: readonly string[];
}

const packageFile = z.object({ scripts: z.record(z.string(), z.unknown()).optional() });
const maxNesting = 5;
/** Scripts that call each other repeatedly would expand without end. */
const maxParts = 100;

const scriptCall =
  /^(?:npm|pnpm|yarn|bun)\s+(?:(?:-s|--silent)\s+)?(?:run(?:-script)?\s+)?(?:(?:-s|--silent)\s+)?([\w:.-]+)(?:\s+--\s+(.*))?$/;
/** Programs that start the program after them. */
const prefixes = new Set(['npx', 'exec', 'cross-env', 'env', 'time', 'command']);

/**
 * The programs that a command line starts, in order. Scripts of package.json are replaced by their
 * content, with the scripts that run before and after them.
 */
export function commandParts(
  command: string,
  packageJson: string | undefined,
  nesting = 0,
): readonly CommandPart[] {
  const parts: CommandPart[] = [];
  for (const written of command.split(/&&|\|\||(?<!>)[;|&\n]/)) {
    const text = written.trim().replaceAll(/^[\s({]+|[\s)}]+$/g, '');
    // In another folder the scripts are those of another package.
    const isElsewhere = parts.some(({ program }) => program === 'cd');
    parts.push(...partsOf(text, isElsewhere ? undefined : packageJson, nesting));
  }
  return parts.slice(0, maxParts);
}

function partsOf(text: string, packageJson: string | undefined, nesting: number): readonly CommandPart[] {
  const [, name, more = ''] = scriptCall.exec(text) ?? [];
  const scripts = name === undefined ? {} : scriptsOf(packageJson);
  const body = name === undefined ? undefined : scripts[name];
  if (typeof body === 'string' && nesting < maxNesting)
    return [scripts[`pre${name}`], `${body} ${more}`.trim(), scripts[`post${name}`]].flatMap((script) =>
      typeof script === 'string' ? commandParts(script, packageJson, nesting + 1) : [],
    );
  const words = text.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  while (prefixes.has(words[0] ?? '') && words.length > 1) words.shift();
  const [program = '', ...rest] = words;
  return program === '' || program === 'export' ? [] : [{ text, program: baseName(program), rest }];
}

function scriptsOf(packageJson: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed = packageFile.safeParse(JSON.parse(packageJson ?? ''));
    return parsed.success ? (parsed.data.scripts ?? {}) : {};
  } catch {
    return {};
  }
}

const baseName = (word: string): string => word.split('/').at(-1) ?? word;

/** Runners by the tool whose output they print. */
const runners: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:jest|react-scripts|craco)$/, ['jest']],
  [/^vitest$/, ['vitest']],
  [/^(?:_?mocha|cypress)$/, ['mocha', 'tap']],
  [/^jasmine$/, ['jasmine']],
  [/^ava$/, ['ava', 'tap']],
  [/^(?:tap|tape)$/, ['tap']],
  [/^playwright$/, ['playwright']],
  [/^uvu$/, ['uvu']],
  [/^(?:pytest|py\.test)$/, ['pytest']],
  [/^unittest$/, ['unittest']],
  [/^manage\.py$/, ['unittest']],
  [/^rspec$/, ['rspec']],
  [/^(?:rails|minitest)$/, ['minitest']],
  [/^phpunit$/, ['phpunit']],
];
/** Runners that build before they test: an error before the first test may be the one that the change is to fix. */
const compilers: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^go$/, ['go', 'go -json']],
  [/^cargo$/, ['cargo']],
  [/^mvnw?$/, ['maven']],
  [/^gradlew?$/, ['gradle']],
  [/^dotnet$/, ['dotnet']],
  [/^mix$/, ['exunit']],
];

/** The tools whose output a part prints itself; wrappers such as `c8` and `poetry run` start the program after them. */
export function runnersOf({ program, rest }: CommandPart): readonly string[] {
  if (program === 'node' && rest.some((word) => /^--test(?:$|[-=])/.test(word))) return ['node', 'tap'];
  const names = [
    program,
    ...rest.flatMap((word) =>
      !word.includes('/') || word.includes('node_modules/') || word.endsWith('manage.py')
        ? baseName(word).replace(/\.[cm]?js$/, '')
        : [],
    ),
  ];
  return [...runners, ...compilers].flatMap(([pattern, tools]) =>
    names.some((name) => pattern.test(name)) ? tools : [],
  );
}

/** Whether a part builds before it tests. */
export const isCompiler = ({ program }: CommandPart): boolean =>
  compilers.some(([pattern]) => pattern.test(program));

/** They start programs from their own files, or another package manager's scripts. */
const wrapper =
  /^(?:g?make|just|task|rake|tox|nox|hatch|poe|invoke|ant|bazel|ctest|docker|turbo|nx|lerna|npm|pnpm|yarn|bun|composer|npm-run-all|run-[sp]|concurrently|(?:ba|da|z)?sh|.*\.sh)$/;

/** Whether the programs of a part are unknown. */
export const isWrapper = (part: CommandPart): boolean =>
  wrapper.test(part.program) && runnersOf(part).length === 0;
