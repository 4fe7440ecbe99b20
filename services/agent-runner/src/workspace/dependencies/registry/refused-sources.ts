import type { Finding } from '@ymera/contracts';
import type { Failure } from '@ymera/kernel';
import { manifestsFailure } from '../install-problem';
import { parseJson } from '../javascript-files';
import type { ProjectFiles } from '../project-files';

export interface PackageSource {
  readonly file: string;
  readonly line: number;
  readonly address: string;
}

/** Files in which a project names the sources of packages. */
const sourceFiles =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|package\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|\.npmrc|\.yarnrc|\.yarnrc\.yml|pnpm-workspace\.yaml|bunfig\.toml|requirements[\w.-]*\.(txt|in)|constraints[\w.-]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|uv\.toml|Pipfile|Pipfile\.lock|pip\.conf|setup\.cfg|go\.mod|Cargo\.toml|Cargo\.lock|pom\.xml|settings\.xml|Gemfile|Gemfile\.lock|build\.gradle(\.kts)?|settings\.gradle(\.kts)?)$|^\.cargo\/config(\.toml)?$|^requirements\/[\w.-]+\.txt$/;
const isInside = (path: string) => /(^|\/)(node_modules|fixtures?|__fixtures__|testdata)\//.test(path);
const maxFiles = 300;

/** Lines whose address is a source of packages, rather than a homepage or a schema. */
const fetching: readonly { readonly file: RegExp; readonly line: RegExp }[] = [
  { file: /(package-lock|npm-shrinkwrap)\.json$/, line: /^\s*"(resolved|version)":\s*"([^"]+)"/ },
  { file: /pnpm-lock\.yaml$/, line: /(?:tarball|repo):\s*['"]?(\S+?)['"]?[,}\s]*$/ },
  { file: /yarn\.lock$/, line: /^\s*resolved\s+"([^"]+)"|^\s*resolution:\s*"[^"]*@(https?:[^"]+)"/ },
  { file: /bun\.lock$/, line: /"((?:https?:|git\+)[^"]+\.(?:tgz|git[^"]*))"/ },
  { file: /\.npmrc$/, line: /^\s*(?:@[\w.-]+:)?registry\s*=\s*(\S+)/ },
  { file: /\.yarnrc$/, line: /^\s*registry\s+"?([^"\s]+)"?/ },
  { file: /\.yarnrc\.yml$/, line: /npmRegistryServer:\s*['"]?([^'"\s]+)/ },
  { file: /bunfig\.toml$/, line: /(?:registry|url)\s*=\s*"([^"]+)"/ },
  {
    file: /\.(txt|in)$/,
    line: /^\s*(?:-i|--index-url|--extra-index-url|-f|--find-links)[\s=]+(\S+)|^[^#]*?((?:git\+)?https?:\/\/\S+)/,
  },
  {
    file: /(pyproject|uv)\.toml$|Pipfile$/,
    line: /^\s*(?:url|index-url|default-index|extra-index-url)\s*=\s*\[?\s*"([^"]+)"|@\s*((?:git\+)?https?:[^"\s]+)/,
  },
  { file: /(poetry|uv)\.lock$/, line: /(?:url|registry|git)\s*=\s*"([^"]+)"/ },
  { file: /Pipfile\.lock$/, line: /"url":\s*"([^"]+)"/ },
  {
    file: /(pip\.conf|setup\.cfg)$/,
    line: /^\s*(?:index-url|extra-index-url|find-links|index_url)\s*=\s*(\S+)/,
  },
  {
    file: /Cargo\.toml$|\.cargo\/config(\.toml)?$/,
    line: /(?:git|registry|index|registry-index)\s*=\s*"([^"]+:\/\/[^"]+)"/,
  },
  { file: /Cargo\.lock$/, line: /^source\s*=\s*"(?:registry|git|sparse)\+([^"]+)"/ },
  { file: /(pom|settings)\.xml$/, line: /<url>\s*(https?:[^<\s]+)/ },
  { file: /Gemfile(\.lock)?$/, line: /^\s*(?:source\s+['"]|remote:\s*)([^'"\s]+)/ },
  { file: /\.gradle(\.kts)?$/, line: /url\s*(?:=|\()?\s*(?:uri\()?\s*['"](https?:[^'"]+)/ },
];

/** Addresses that are no server: pages of a project rather than repositories, and cargo's own index. */
const isPage = (file: string, address: string) =>
  (/pom\.xml$/.test(file) && !/maven|repo|nexus|artifactory|snapshots|releases/i.test(address)) ||
  /^https:\/\/github\.com\/rust-lang\/crates\.io-index/.test(address);

/** Every source address in a project's files. */
export async function sourcesOf(files: ProjectFiles): Promise<readonly PackageSource[]> {
  const paths = files.paths.filter((path) => sourceFiles.test(path) && !isInside(path)).slice(0, maxFiles);
  const texts = await files.readAll(paths);
  return [...texts].flatMap(([file, text]) => sourcesIn(file, text));
}

/** Groups of package.json with installed packages; its other addresses are pages and repositories. */
const packageGroups = [
  ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'],
  ...['overrides', 'resolutions', 'pnpm'],
];

function sourcesInPackageFile(file: string, text: string): readonly PackageSource[] {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) return [];
  const groups = Object.entries(parsed).filter(([name]) => packageGroups.includes(name));
  const lines = text.split('\n');
  return groups
    .flatMap(([, group]) => textsIn(group, 0))
    .filter((value) => /:\/\//.test(value) && !/^file:/.test(value))
    .map((address) => ({
      file,
      line: lines.findIndex((line) => line.includes(JSON.stringify(address))) + 1 || 1,
      address,
    }));
}

const maxDepth = 8;

const textsIn = (value: unknown, depth: number): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > maxDepth) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
};

/** The same of one file's text. */
export function sourcesIn(file: string, text: string): readonly PackageSource[] {
  if (/(^|\/)package\.json$/.test(file)) return sourcesInPackageFile(file, text);
  const patterns = fetching.filter((one) => one.file.test(file)).map(({ line }) => line);
  return text.split('\n').flatMap((line, index) =>
    patterns.flatMap((pattern) => {
      const [, ...groups] = pattern.exec(line) ?? [];
      const address = groups.findLast((group) => group !== undefined && /:\/\//.test(group));
      return address === undefined || /^file:/.test(address) || isPage(file, address)
        ? []
        : [{ file, line: index + 1, address }];
    }),
  );
}

const maxFindings = 20;

/** Sources that are not allowed, as findings by file and line; undefined where there is none. */
export async function refusedSources(
  files: ProjectFiles,
  access: { readonly allows: (address: string) => boolean },
): Promise<Failure | undefined> {
  const refused = (await sourcesOf(files)).filter(({ address }) => !access.allows(address));
  if (refused.length === 0) return undefined;
  const findings = refused.slice(0, maxFindings).map(({ file, line, address }): Finding => ({
    code: 'dependency_source_refused',
    severity: 'high',
    message: `Packages would be fetched from ${withoutCredentials(address)}, which is not an allowed registry.`,
    file,
    line,
    suggestion:
      'Fetch from the registries that the project’s base names, or let the operator add the host to YMERA_RUNNER_REGISTRIES.',
  }));
  return manifestsFailure('dependency_source_refused', findings);
}

const withoutCredentials = (address: string): string => address.replace(/\/\/[^/@]*@/, '//').slice(0, 300);
