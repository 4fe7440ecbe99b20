import { parse } from 'smol-toml';
import { z } from 'zod';

/** The requirements of a Python project: lines of a requirements file. */
export interface PythonRequirements {
  /** Files with requirements, the most exact first. */
  readonly manifest: string;
  readonly requirements: readonly string[];
  /** Versions that a lockfile pins. */
  readonly constraints: readonly string[];
  /** The project's own name and version, where it can be installed. */
  readonly own: { readonly name: string; readonly version: string; readonly entryPoints: string } | undefined;
  /** Requirements of the manifest that the lockfile lacks. */
  readonly missing: readonly string[];
}

type Files = ReadonlyMap<string, string>;

const testGroup = /^(tests?|testing|dev|develop|development|ci)$/i;
const strings = z.array(z.string());
const poetryGroup = z.record(z.string(), z.unknown());
const pyproject = z.object({
  project: z
    .object({
      name: z.string().optional(),
      version: z.string().optional(),
      dependencies: strings.optional(),
      'optional-dependencies': z.record(z.string(), strings).optional(),
      scripts: z.record(z.string(), z.string()).optional(),
      'entry-points': z.record(z.string(), z.record(z.string(), z.string())).optional(),
    })
    .optional()
    .catch(undefined),
  'dependency-groups': z.record(z.string(), z.array(z.unknown())).optional().catch(undefined),
  tool: z
    .object({
      poetry: z
        .object({
          name: z.string().optional(),
          version: z.string().optional(),
          dependencies: poetryGroup.optional(),
          'dev-dependencies': poetryGroup.optional(),
          group: z.record(z.string(), z.object({ dependencies: poetryGroup.optional() })).optional(),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
type Pyproject = z.output<typeof pyproject>;

/** Reads manifests and lockfiles of every kind; the requirements are those of the project and of its tests. */
export function readPythonRequirements(files: Files): PythonRequirements {
  const project = readPyproject(files.get('pyproject.toml'));
  const declared = [...ofProject(project), ...ofSetup(files)];
  const own = ownPackage(project);
  const pipfile = files.get('Pipfile.lock');
  if (pipfile !== undefined)
    return {
      manifest: 'Pipfile.lock',
      requirements: ofPipfile(pipfile),
      constraints: [],
      own,
      missing: [],
    };
  const poetry = files.get('poetry.lock');
  if (poetry !== undefined) {
    const locked = lockedByPoetry(poetry);
    const missing = declared.filter((line) => !locked.has(normalised(nameOf(line))));
    const constraints = [...locked].map(([name, version]) => `${name}==${version}`);
    return { manifest: 'poetry.lock', requirements: declared, constraints, own, missing };
  }
  const listed = [...files].filter(([path]) => isRequirements(path));
  const lines = listed.flatMap(([path, text]) => (isTestRequirements(path) ? [text] : []));
  const requirements = [...lines.flatMap(requirementLines), ...declared];
  const manifest = listed[0]?.[0] ?? (files.has('pyproject.toml') ? 'pyproject.toml' : 'setup.py');
  return {
    manifest,
    requirements: [...new Set(requirements)],
    constraints: [],
    own,
    missing: [],
  };
}

export const isRequirements = (path: string): boolean =>
  /^(requirements\/)?[\w.-]*require[\w.-]*\.(txt|in)$|^requirements\/[\w.-]+\.txt$|^constraints[\w.-]*\.txt$/.test(
    path,
  );

/** `requirements.txt` itself, and those of development and tests. */
const isTestRequirements = (path: string): boolean =>
  path.endsWith('.txt') &&
  (/^requirements(\/(base|main|requirements|common))?\.txt$/.test(path) ||
    /(^|[-_./])(tests?|testing|dev|develop|ci)([-_.]|requirements|$)/.test(path));

/** Without the line that installs the project itself, which is importable anyway. Options and included files stay. */
const requirementLines = (text: string): readonly string[] =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !/^(-e|--editable)[\s=]+\.|^\.\/?(\[.*\])?$|^file:/.test(line));

function ofProject(file: Pyproject | undefined): readonly string[] {
  const { dependencies = [], 'optional-dependencies': optional = {} } = file?.project ?? {};
  const extras = Object.entries(optional).flatMap(([name, lines]) => (testGroup.test(name) ? lines : []));
  const groups = file?.['dependency-groups'] ?? {};
  const grouped = Object.keys(groups).flatMap((name) =>
    testGroup.test(name) ? ofGroup(groups, name, 0) : [],
  );
  const own = file?.project?.name;
  const isOwn = (line: string) => own !== undefined && normalised(nameOf(line)) === normalised(own);
  return [...dependencies, ...extras, ...grouped].filter((line) => !isOwn(line)).concat(ofPoetry(file));
}

const maxDepth = 5;

/** Groups include each other: `{include-group = "lint"}`. */
function ofGroup(
  groups: Readonly<Record<string, readonly unknown[]>>,
  name: string,
  depth: number,
): readonly string[] {
  if (depth > maxDepth) return [];
  return (groups[name] ?? []).flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const included =
      typeof entry === 'object' && entry !== null && 'include-group' in entry
        ? entry['include-group']
        : undefined;
    return typeof included === 'string' ? ofGroup(groups, included, depth + 1) : [];
  });
}

const poetryTable = z.object({
  version: z.string().optional(),
  extras: strings.optional(),
  markers: z.string().optional(),
  optional: z.boolean().optional(),
  git: z.string().optional(),
  path: z.string().optional(),
});

function ofPoetry(file: Pyproject | undefined): string[] {
  const poetry = file?.tool?.poetry;
  const tables = [
    poetry?.dependencies,
    poetry?.['dev-dependencies'],
    ...Object.entries(poetry?.group ?? {}).flatMap(([name, group]) =>
      testGroup.test(name) ? [group.dependencies] : [],
    ),
  ];
  return tables.flatMap((table) =>
    Object.entries(table ?? {}).flatMap(([name, value]) =>
      name === 'python' ? [] : poetryLine(name, value),
    ),
  );
}

function poetryLine(name: string, value: unknown): readonly string[] {
  if (typeof value === 'string') return [`${name}${poetryVersion(value)}`];
  const parsed = poetryTable.safeParse(Array.isArray(value) ? value[0] : value);
  if (!parsed.success || parsed.data.optional === true || parsed.data.path !== undefined) return [];
  const { version = '*', extras = [], markers, git } = parsed.data;
  const wanted = extras.length > 0 ? `${name}[${extras.join(',')}]` : name;
  if (git !== undefined) return [`${wanted} @ git+${git}`];
  return [`${wanted}${poetryVersion(version)}${markers === undefined ? '' : ` ; ${markers}`}`];
}

/** Poetry's caret and tilde as ranges that every installer accepts. */
function poetryVersion(text: string): string {
  return text
    .split(',')
    .map((part) => part.trim())
    .map((part) => {
      const [, sign = '', version = ''] = /^([\^~]?)\s*(\d[\w.]*)$/.exec(part) ?? [];
      if (part === '*' || part === '') return '';
      if (version === '') return part;
      if (sign === '') return part.includes('*') ? `==${part}` : `==${version}`;
      const numbers = version.split('.').map((one) => Number.parseInt(one, 10));
      const first = numbers.findIndex((number) => number > 0);
      const kept = sign === '~' ? Math.min(1, numbers.length - 1) : first < 0 ? numbers.length - 1 : first;
      const upper = [...numbers.slice(0, kept), (numbers[kept] ?? 0) + 1];
      return `>=${version},<${upper.join('.')}`;
    })
    .filter(Boolean)
    .join(',');
}

function ofSetup(files: Files): readonly string[] {
  const cfg = files.get('setup.cfg') ?? '';
  const listOf = (section: string, key: string) => {
    const body = new RegExp(`^\\[${section}\\]\\s*\\n([^]*?)(?=^\\[|$(?![^]))`, 'm').exec(cfg)?.[1] ?? '';
    const value = new RegExp(`^${key}\\s*=[ \\t]*(.*(?:\\n[ \\t]+.*)*)`, 'm').exec(body)?.[1] ?? '';
    return value
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  };
  const extras = ['test', 'tests', 'testing', 'dev'].flatMap((key) =>
    listOf('options\\.extras_require', key),
  );
  const script = files.get('setup.py') ?? '';
  const literals = [...script.matchAll(/(?:install_requires|tests_require)\s*=\s*\[([^\]]*)\]/g)].flatMap(
    ([, list = '']) => [...list.matchAll(/["']([^"']+)["']/g)].map((match) => match[1] ?? ''),
  );
  return [
    ...listOf('options', 'install_requires'),
    ...listOf('options', 'tests_require'),
    ...extras,
    ...literals,
  ];
}

const pipfileLock = z.object({
  default: z.record(z.string(), z.unknown()).optional(),
  develop: z.record(z.string(), z.unknown()).optional(),
});
const pipfileEntry = z.object({
  version: z.string().optional(),
  markers: z.string().optional(),
  extras: strings.optional(),
});

function ofPipfile(text: string): readonly string[] {
  const parsed = pipfileLock.safeParse(parseJson(text));
  if (!parsed.success) return [];
  return Object.entries({ ...parsed.data.develop, ...parsed.data.default }).flatMap(([name, value]) => {
    const entry = pipfileEntry.safeParse(value);
    if (!entry.success || entry.data.version === undefined) return [];
    const { version, markers } = entry.data;
    return [`${name}${version}${markers === undefined ? '' : ` ; ${markers}`}`];
  });
}

function lockedByPoetry(text: string): ReadonlyMap<string, string> {
  const packages = text.split(/^\[\[package\]\]\s*$/m).slice(1);
  return new Map(
    packages.flatMap((body) => {
      const name = /^name\s*=\s*"([^"]+)"/m.exec(body)?.[1];
      const version = /^version\s*=\s*"([^"]+)"/m.exec(body)?.[1];
      const isElsewhere =
        /^\[package\.source\]/m.test(body) && /^type\s*=\s*"(git|directory|file|url)"/m.test(body);
      return name === undefined || version === undefined || isElsewhere
        ? []
        : [[normalised(name), version] as const];
    }),
  );
}

function ownPackage(file: Pyproject | undefined): PythonRequirements['own'] {
  const name = file?.project?.name ?? file?.tool?.poetry?.name;
  if (name === undefined) return undefined;
  const version = file?.project?.version ?? file?.tool?.poetry?.version ?? '0.0.0';
  const groups = { ...file?.project?.['entry-points'], console_scripts: file?.project?.scripts ?? {} };
  const entryPoints = Object.entries(groups)
    .filter(([, entries]) => Object.keys(entries).length > 0)
    .map(
      ([group, entries]) =>
        `[${group}]\n${Object.entries(entries)
          .map(([key, value]) => `${key} = ${value}`)
          .join('\n')}\n`,
    )
    .join('\n');
  return { name, version, entryPoints };
}

export const nameOf = (line: string): string => /^[A-Za-z0-9][\w.-]*/.exec(line.trim())?.[0] ?? '';
export const normalised = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

function readPyproject(text: string | undefined): Pyproject | undefined {
  try {
    const parsed = pyproject.safeParse(text === undefined ? undefined : parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
