import { validRange } from 'semver';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { InterpreterPin, Language } from './interpreter';
import { pythonRange } from './python-versions';

/** Files of the root that pin the version of an interpreter. */
export const pinFiles: readonly string[] = [
  ...['package.json', '.nvmrc', '.node-version', '.tool-versions', '.python-version', 'pyproject.toml'],
  ...[
    'go.mod',
    'rust-toolchain',
    'rust-toolchain.toml',
    'Cargo.toml',
    '.java-version',
    'pom.xml',
    '.ruby-version',
  ],
];

type Files = ReadonlyMap<string, string>;

/** The pins of a project, at most one for each language: the most exact file wins. */
export function readPins(files: Files): readonly InterpreterPin[] {
  const found = [
    voltaPin(files),
    ...['.nvmrc', '.node-version'].map((file) => versionPin('node', file, files.get(file))),
    versionPin('python', '.python-version', files.get('.python-version')),
    versionPin('ruby', '.ruby-version', files.get('.ruby-version')?.replace(/^ruby-/, '')),
    versionPin('java', '.java-version', files.get('.java-version')),
    ...toolVersions(files.get('.tool-versions')),
    enginesPin(files),
    requiresPython(files),
    goPin(files.get('go.mod')),
    rustPin(files),
    mavenPin(files.get('pom.xml')),
  ].filter((pin) => pin !== undefined);
  return found.filter((pin, index) => found.findIndex(({ language }) => language === pin.language) === index);
}

const packageFile = z.object({
  engines: z.object({ node: z.string().optional() }).optional().catch(undefined),
  volta: z.object({ node: z.string().optional() }).optional().catch(undefined),
});

function packageOf(files: Files): z.output<typeof packageFile> {
  try {
    return packageFile.parse(JSON.parse(files.get('package.json') ?? '{}'));
  } catch {
    return {};
  }
}

const voltaPin = (files: Files) => versionPin('node', 'package.json (volta)', packageOf(files).volta?.node);

function enginesPin(files: Files): InterpreterPin | undefined {
  const asked = packageOf(files).engines?.node;
  const range = asked === undefined ? null : validRange(asked);
  return asked === undefined || range === null || range === '*'
    ? undefined
    : { language: 'node', asked, source: 'package.json (engines)', range };
}

/** Names of releases that people pin instead of numbers. */
const nodeReleases: Readonly<Record<string, string>> = {
  gallium: '16',
  hydrogen: '18',
  iron: '20',
  jod: '22',
  krypton: '24',
};

/** A file with one version. Names such as `lts/*`, `system` or `pypy3.10` pin nothing comparable. */
function versionPin(
  language: Language,
  source: string,
  text: string | undefined,
): InterpreterPin | undefined {
  const asked = (text ?? '')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .find(Boolean);
  if (asked === undefined) return undefined;
  const named = language === 'node' ? nodeReleases[asked.replace(/^lts\//, '')] : undefined;
  const version = /^v?(\d+(?:\.\d+){0,2})$/.exec(named ?? asked)?.[1];
  if (version === undefined) return undefined;
  const numbers = version.split('.');
  // Releases of Node.js within one major version, and of the others within a minor one, run the same programs.
  const kept = language === 'node' || language === 'java' ? 1 : 2;
  return {
    language,
    asked,
    source,
    range: numbers.length === 3 ? version : `${version}.x`,
    ...(numbers.length > kept ? { fallback: `${numbers.slice(0, kept).join('.')}.x` } : {}),
  };
}

const toolNames: Readonly<Record<string, Language>> = {
  nodejs: 'node',
  node: 'node',
  python: 'python',
  golang: 'go',
  go: 'go',
  rust: 'rust',
  java: 'java',
  ruby: 'ruby',
};

/** Of asdf and mise: `<tool> <version> [<another>...]`. */
const toolVersions = (text: string | undefined): readonly (InterpreterPin | undefined)[] =>
  (text ?? '').split('\n').map((line) => {
    const [tool = '', version = ''] = line.trim().split(/\s+/);
    const language = toolNames[tool];
    return language && versionPin(language, '.tool-versions', version.replace(/^[a-z-]+-(?=\d)/, ''));
  });

const pyproject = z.object({
  project: z.object({ 'requires-python': z.string().optional() }).optional(),
  tool: z
    .object({
      poetry: z.object({ dependencies: z.object({ python: z.string().optional() }).optional() }).optional(),
    })
    .optional()
    .catch(undefined),
});

function requiresPython(files: Files): InterpreterPin | undefined {
  const parsed = pyproject.safeParse(parseToml(files.get('pyproject.toml')));
  if (!parsed.success) return undefined;
  const { project, tool } = parsed.data;
  const asked = project?.['requires-python'] ?? tool?.poetry?.dependencies?.python;
  const range = asked === undefined ? undefined : pythonRange(asked);
  return asked === undefined || range === undefined || range === '*'
    ? undefined
    : { language: 'python', asked, source: 'pyproject.toml', range };
}

function goPin(text: string | undefined): InterpreterPin | undefined {
  const asked = /^go\s+(\d+\.\d+(?:\.\d+)?)/m.exec(text ?? '')?.[1];
  return asked === undefined
    ? undefined
    : { language: 'go', asked: `${asked} or newer`, source: 'go.mod', range: `>=${whole(asked)}` };
}

function rustPin(files: Files): InterpreterPin | undefined {
  const plain = files.get('rust-toolchain') ?? '';
  const table = parseToml(files.get('rust-toolchain.toml') ?? (plain.includes('[') ? plain : undefined));
  const channel = /^\s*channel\s*=\s*"([^"]+)"/m.exec(files.get('rust-toolchain.toml') ?? plain)?.[1];
  const version =
    table === undefined
      ? versionPin('rust', 'rust-toolchain', plain)
      : versionPin('rust', 'rust-toolchain.toml', channel);
  if (version) return version;
  const asked = /^rust-version\s*=\s*"(\d+(?:\.\d+){1,2})"/m.exec(files.get('Cargo.toml') ?? '')?.[1];
  return asked === undefined
    ? undefined
    : {
        language: 'rust',
        asked: `${asked} or newer`,
        source: 'Cargo.toml (rust-version)',
        range: `>=${whole(asked)}`,
      };
}

/** The language level for the compiler: an older JDK rejects it. */
function mavenPin(text: string | undefined): InterpreterPin | undefined {
  const level = /<(?:maven\.compiler\.(?:release|source)|java\.version)>\s*(?:1\.)?(\d+)\s*</.exec(
    text ?? '',
  )?.[1];
  return level === undefined
    ? undefined
    : { language: 'java', asked: `${level} or newer`, source: 'pom.xml', range: `>=${level}.0.0` };
}

const whole = (version: string): string => [...version.split('.'), '0', '0'].slice(0, 3).join('.');

function parseToml(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}
