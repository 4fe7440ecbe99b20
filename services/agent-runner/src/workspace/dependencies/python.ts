import { FailureException } from '@ymera/kernel';
import type { ProjectInterpreter } from '../../toolchain/host-toolchain';
import { manifestsFailure } from './install-problem';
import type { Installation, Installer, InstallerInput } from './installation';
import { localPackages } from './local-packages';
import type { CommittedFile, ProjectFiles } from './project-files';
import {
  isRequirements,
  nameOf,
  normalised,
  readPythonRequirements,
  type PythonRequirements,
} from './python-requirements';
import { uv } from './uv';

const defaultIndex = 'https://pypi.org/simple';
const manifests = [
  'pyproject.toml',
  'setup.cfg',
  'setup.py',
  'poetry.lock',
  'uv.lock',
  'Pipfile',
  'Pipfile.lock',
];
const testFile = /(^|\/)(test_[^/]*|[^/]+_test|conftest)\.py$/;
const isForeign = (path: string) => /(^|\/)(fixtures?|testdata|node_modules|vendor)\//.test(path);
const maxTestFiles = 25;

/**
 * A virtual environment by uv, created by the project's own interpreter, with the requirements of the project and its tests.
 * A project without requirements runs with the packages of the person's interpreter. The project itself is importable, not
 * installed: no build script of the change runs while registries are accessible.
 */
export const python: Installer = async (input) => {
  const { files, interpreters } = input;
  const interpreter = interpreters.get('python');
  if (!interpreter) return undefined;
  const texts = await files.readAll([...manifests, ...files.paths.filter(isRequirements)]);
  const asked = readPythonRequirements(texts);
  const isLocked = texts.has('uv.lock') && texts.has('pyproject.toml');
  const hasAny = asked.requirements.length > 0 || isLocked;
  const needsPytest = await lacksPytest(input, interpreter, asked, texts, hasAny);
  // A versioned name such as python3.12 is not what commands call.
  const isUsualName = /\/python3?$/.test(interpreter.executable);
  if (!hasAny && !needsPytest && isUsualName) return importable(input, asked);
  refuseMissing(asked);
  const copied = await localPackages(files);
  return isLocked
    ? fromUvLock(input, interpreter, asked, texts, copied)
    : fromRequirements(input, interpreter, asked, texts, needsPytest, copied);
};

/** Nothing is installed; importable modules are reported in a note. */
function importable({ files, root }: InstallerInput, { own }: PythonRequirements): Installation | undefined {
  const path = importPath(files, root, own !== undefined);
  if (path === undefined) return undefined;
  return {
    name: 'Python',
    manifest: 'pyproject.toml',
    inputs: new Map(),
    provides: () => ({ environment: { PYTHONPATH: path } }),
  };
}

/** The folder of the project's own packages; undefined where Python searches it anyway. */
function importPath(files: ProjectFiles, root: string, isInstallable: boolean): string | undefined {
  const hasSource = files.paths.some((path) => /^src\/.+\.py$/.test(path)) && !files.has('src/__init__.py');
  if (hasSource) return `${root}/src`;
  return isInstallable ? root : undefined;
}

/** Tests that only pytest runs, without a requirement of pytest. */
async function lacksPytest(
  { files, hasModule }: InstallerInput,
  interpreter: ProjectInterpreter,
  asked: PythonRequirements,
  texts: ReadonlyMap<string, string>,
  hasAny: boolean,
): Promise<boolean> {
  const names = [...asked.requirements, ...asked.constraints].map((line) => normalised(nameOf(line)));
  if (
    names.some((name) => name === 'pytest' || name.startsWith('pytest-')) ||
    /^name = "pytest"/m.test(texts.get('uv.lock') ?? '')
  )
    return false;
  const tests = files.paths.filter((path) => testFile.test(path) && !isForeign(path)).slice(0, maxTestFiles);
  const code = [...(await files.readAll(tests)).values()];
  const isUsed =
    files.has('pytest.ini') ||
    tests.some((path) => path.endsWith('conftest.py')) ||
    /^\[tool\.pytest/m.test(texts.get('pyproject.toml') ?? '') ||
    /^\[tool:pytest\]/m.test(texts.get('setup.cfg') ?? '') ||
    code.some((text) =>
      /^\s*(import|from)\s+pytest\b|^(async\s+)?def test|^class Test\w*(\(object\)|\(\))?:/m.test(text),
    );
  return isUsed && (hasAny || !(await hasModule(interpreter, 'pytest')));
}

function refuseMissing({ missing, manifest }: PythonRequirements): void {
  if (missing.length === 0) return;
  const message = `${manifest} does not match pyproject.toml: it lacks ${missing.join(', ')}.`;
  const suggestion = `Update ${manifest} together with pyproject.toml, or revert the change of pyproject.toml.`;
  throw new FailureException(
    manifestsFailure('dependencies_out_of_sync', [
      { code: 'dependencies_unavailable', severity: 'high', message, file: manifest, suggestion },
    ]),
  );
}

const venv = '"$YMERA_PLACE/venv"';
const makeVenv = (python: ProjectInterpreter) =>
  `uv venv --quiet --relocatable --no-project --python '${python.executable}' ${venv}`;

function fromRequirements(
  input: InstallerInput,
  interpreter: ProjectInterpreter,
  asked: PythonRequirements,
  texts: ReadonlyMap<string, string>,
  needsPytest: boolean,
  copied: readonly CommittedFile[],
): Installation {
  const requirements = [...asked.requirements, ...(needsPytest ? ['pytest'] : [])];
  const included = [...texts].filter(([path]) => isRequirements(path));
  const install = `uv pip install --quiet --python ${venv}/bin/python --compile-bytecode --link-mode copy -r ymera-requirements.txt -c ymera-constraints.txt`;
  return {
    ...common(input, interpreter, asked),
    copied,
    inputs: new Map([
      ...included,
      ['ymera-requirements.txt', requirements.map((line) => `${line}\n`).join('')],
      ['ymera-constraints.txt', asked.constraints.map((line) => `${line}\n`).join('')],
      ...ownMetadata(asked),
    ]),
    command: [
      makeVenv(interpreter),
      `if ! ${install} --only-binary :all: 2>wheels.log; then`,
      'if grep -qE "no usable wheels|no wheels|only-binary|building from source|source distribution" wheels.log; then',
      `${install}; echo 'Some packages have no wheel: their build scripts were run in the sandbox.' > "$YMERA_PLACE/ymera-notes"`,
      'else cat wheels.log >&2; exit 1; fi; fi',
      placeMetadata,
      'rm -rf .uv-cache',
    ].join('\n'),
    notes: needsPytest
      ? ['The tests use pytest, which the project declares nowhere: its newest release is added.']
      : [],
  };
}

function fromUvLock(
  input: InstallerInput,
  interpreter: ProjectInterpreter,
  asked: PythonRequirements,
  texts: ReadonlyMap<string, string>,
  copied: readonly CommittedFile[],
): Installation {
  const text = texts.get('pyproject.toml') ?? '';
  const extras = testNames(text, /^\[project\.optional-dependencies\]\s*\n([^]*?)(?=^\[|$(?![^]))/m).map(
    (name) => `--extra ${name}`,
  );
  const groups = testNames(text, /^\[dependency-groups\]\s*\n([^]*?)(?=^\[|$(?![^]))/m).map(
    (name) => `--group ${name}`,
  );
  const members = input.files.paths.filter((path) => /.\/pyproject\.toml$/.test(path) && !isForeign(path));
  return {
    ...common(input, interpreter, asked),
    copied,
    manifest: 'uv.lock',
    inputs: new Map([...texts, ...members.map((path) => [path, ''] as const), ...ownMetadata(asked)]),
    command: [
      makeVenv(interpreter),
      `VIRTUAL_ENV=${venv} uv sync --quiet --active --locked --no-install-workspace --compile-bytecode --link-mode copy ${[...extras, ...groups].join(' ')}`,
      placeMetadata,
      'rm -rf .uv-cache',
    ].join('\n'),
  };
}

const testNames = (text: string, section: RegExp): readonly string[] =>
  [...(section.exec(text)?.[1] ?? '').matchAll(/^(tests?|testing|dev|ci)\s*=/gm)].map(
    (match) => match[1] ?? '',
  );

function common(
  { files, registries, root }: InstallerInput,
  interpreter: ProjectInterpreter,
  { manifest, own }: PythonRequirements,
) {
  const index = registries.pythonIndex ?? defaultIndex;
  const path = importPath(files, root, own !== undefined);
  return {
    name: 'uv (Python)',
    manifest,
    decides: [interpreter.version, interpreter.executable],
    environment: {
      UV_DEFAULT_INDEX: index,
      UV_CACHE_DIR: '.uv-cache',
      UV_PYTHON_DOWNLOADS: 'never',
      UV_NO_CONFIG: '1',
      UV_SYSTEM_CERTS: 'true',
    },
    tools: [uv(interpreter, index)],
    place: 'python',
    provides: (place: string) => ({
      toolPath: [`${place}/venv/bin`],
      environment: { VIRTUAL_ENV: `${place}/venv`, ...(path === undefined ? {} : { PYTHONPATH: path }) },
    }),
  };
}

/** The metadata of the project itself for `importlib.metadata` and plugins' entry points. */
function ownMetadata({ own }: PythonRequirements): readonly (readonly [string, string])[] {
  if (!own) return [];
  const folder = `ymera-own/${own.name.replaceAll(/[-.]+/g, '_')}-${own.version}.dist-info`;
  return [
    [`${folder}/METADATA`, `Metadata-Version: 2.1\nName: ${own.name}\nVersion: ${own.version}\n`],
    [`${folder}/entry_points.txt`, own.entryPoints],
    [`${folder}/RECORD`, ''],
    [`${folder}/INSTALLER`, 'ymera\n'],
  ];
}

const placeMetadata = `if [ -d ymera-own ]; then cp -r ymera-own/. ${venv}/lib/python3*/site-packages/; fi`;
