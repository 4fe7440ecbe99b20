import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { isForeign, type Detector, type RepositoryFiles } from './repository-files';

const testFile = /(^|\/)(test_[^/]*|[^/]+_test|tests?)\.py$/;

/** pytest, unittest or Django's runner: by configuration and declared dependencies, then by imports of the test files. */
export const fromPython: Detector = (files) => {
  const { paths } = files;
  const tests = paths.filter((path) => testFile.test(path) && !isForeign(path));
  const declared = declaredCommand(files);
  if (declared !== undefined) return { test: declared };
  if (usesPytest(files, tests)) return { test: 'python3 -m pytest' };
  if (paths.includes('manage.py') && /django|['"]test['"]/i.test(files.contents.get('manage.py') ?? ''))
    return { test: 'python3 manage.py test' };
  const starts = tests.filter((path) => !/(^|\/)tests?\.py$/.test(path) || imports(files, path, 'unittest'));
  return starts.length === 0 ? {} : { test: unittestCommand(starts, new Set(paths)) };
};

const imports = ({ contents }: RepositoryFiles, path: string, name: string): boolean =>
  new RegExp(`^\\s*(import|from)\\s+${name}\\b`, 'm').test(contents.get(path) ?? '');

/** pytest is configured, declared, or imported, or a test is a plain function, which only pytest runs. */
function usesPytest(files: RepositoryFiles, tests: readonly string[]): boolean {
  const { paths, contents } = files;
  const text = (name: string) => contents.get(name) ?? '';
  const isConfigured =
    paths.some(
      (path) => path === 'pytest.ini' || path === '.pytest.ini' || /(^|\/)conftest\.py$/.test(path),
    ) ||
    /^\[tool\.pytest/m.test(text('pyproject.toml')) ||
    /^\[tool:pytest\]/m.test(text('setup.cfg')) ||
    /^\[pytest\]/m.test(text('tox.ini'));
  if (isConfigured) return true;
  const code = tests.flatMap((path) => contents.get(path) ?? []);
  if (code.some((one) => /^\s*(import|from)\s+(pytest|hypothesis\.extra\.pytest)\b/m.test(one))) return true;
  if (code.some((one) => /^(async\s+)?def test/m.test(one) || /^class Test\w*(\(object\)|\(\))?:/m.test(one)))
    return true;
  const isDeclared = [...contents].some(
    ([path, one]) =>
      /requirements|pyproject\.toml|setup\.(cfg|py)|Pipfile|tox\.ini/.test(path) && /\bpytest\b/.test(one),
  );
  const isUnittest = code.some((one) => /^\s*(import|from)\s+unittest\b/m.test(one));
  return tests.length > 0 && (isDeclared || (code.length > 0 ? !isUnittest && !isDjango(code) : true));
}

const isDjango = (code: readonly string[]) => code.some((one) => /^\s*from\s+django\b/m.test(one));

/** A task called `test` in pyproject.toml with a complete command. */
function declaredCommand({ contents }: RepositoryFiles): string | undefined {
  const tool = tableAt(parseToml(contents.get('pyproject.toml')), 'tool');
  const tasks = [
    tableAt(tool, 'hatch', 'envs', 'default', 'scripts'),
    tableAt(tool, 'hatch', 'envs', 'test', 'scripts'),
    tableAt(tool, 'pdm', 'scripts'),
    tableAt(tool, 'poe', 'tasks'),
    tableAt(tool, 'taskipy', 'tasks'),
  ];
  const command = tasks.map((table) => table?.['test']).find((value) => typeof value === 'string');
  if (typeof command !== 'string') return undefined;
  const plain = command.replaceAll(/\{args[^}]*\}/g, '').trim();
  // Other programs belong to the tool that creates their environment.
  if (/^pytest\b/.test(plain)) return `python3 -m ${plain}`;
  return /^python3? -m (pytest|unittest)\b/.test(plain) ? plain.replace(/^python3?/, 'python3') : undefined;
}

type Table = Readonly<Record<string, unknown>>;

function tableAt(from: Table | undefined, ...path: readonly string[]): Table | undefined {
  let table = from;
  for (const name of path) {
    const next: unknown = table?.[name];
    table = typeof next === 'object' && next !== null ? (next as Table) : undefined;
  }
  return table;
}

function parseToml(text: string | undefined): Table | undefined {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}

const maxStartFolders = 8;

/**
 * `unittest discover` finds tests in one folder and the packages below it. The folder where a file's packages begin decides
 * what it may import, so each such folder is searched by itself.
 */
function unittestCommand(tests: readonly string[], paths: ReadonlySet<string>): string {
  const searches = new Map<string, Set<string>>();
  for (const test of tests) {
    const top = packageRoot(posix.dirname(test), paths);
    const below = posix.relative(top, posix.dirname(test)).split('/')[0] ?? '';
    searches.set(top, new Set([...(searches.get(top) ?? []), below]));
  }
  const pattern = patternOf(tests);
  const commands = [...searches].flatMap(([top, folders]) => {
    const [only] = folders;
    if (folders.size === 1 && only) return [discover(posix.join(top, only), top, pattern)];
    return [discover(top, top, pattern)];
  });
  return commands.slice(0, maxStartFolders).join(' && ');
}

/** The first parent folder that is no package. */
function packageRoot(folder: string, paths: ReadonlySet<string>): string {
  let top = folder;
  while (top !== '.' && paths.has(posix.join(top, '__init__.py'))) top = posix.dirname(top);
  return top;
}

function patternOf(tests: readonly string[]): string {
  const names = tests.map((test) => posix.basename(test));
  if (names.every((name) => name.startsWith('test'))) return '';
  return names.every((name) => name.endsWith('_test.py')) ? " -p '*_test.py'" : " -p '*test*.py'";
}

function discover(start: string, top: string, pattern: string): string {
  const folders = start === '.' ? '' : ` -s ${start}${start === top ? '' : ` -t ${top}`}`;
  return `python3 -m unittest discover${folders}${pattern}`;
}
