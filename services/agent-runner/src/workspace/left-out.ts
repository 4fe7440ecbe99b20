import type { Finding } from '@ymera/contracts';
import { posix } from 'node:path';

/** Paths of a working copy that are not in the change, with the reasons. Folders end in a slash. */
export interface LeftOut {
  /** By the project's own rules; a completely ignored folder stands for its content. */
  readonly ignored: readonly string[];
  /** Folders in which packages are installed. */
  readonly installed: readonly string[];
  /** Git stores no empty folders. */
  readonly emptyFolders: readonly string[];
  /** Files of the base. */
  readonly committed: readonly string[];
  /** Entries of `ignored` by the changed file that imports them. */
  readonly importedBy: ReadonlyMap<string, string>;
}

const maxNamed = 20;
const maxSingleFindings = 20;
const sourceFile =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|pyi|go|rs|java|kt|kts|scala|rb|php|cs|c|cc|cpp|h|hpp|swift|ex|exs|erl|hs|lua|pl|sh|sql|proto|graphql)$/;
/** Names of outputs of builds, tests and editors; the last segment of a folder, or a file. */
const byProduct =
  /^(?:node_modules|__pycache__|\.?venv|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|\.tox|\.nox|\.eggs|[^/]*\.egg-info|dist|build|out|target|bin|obj|coverage|htmlcov|\.nyc_output|\.cache|\.next|\.nuxt|\.svelte-kit|\.turbo|\.parcel-cache|\.gradle|\.vite|tmp|temp|logs|\.DS_Store|\.coverage|\.eslintcache|[^/]*\.(?:pyc|pyo|class|o|log|tsbuildinfo))$/;

const howToInclude =
  'To have a file in the change, change the rule that ignores it, or add it with "git add --force".';

/** Every left out path is reported: one finding for all, and one for each file that looks like a part of the change. */
export function leftOutFindings(facts: LeftOut): readonly Finding[] {
  const folders = new Set(facts.committed.map((path) => posix.dirname(path)));
  const reasons = new Map<string, string>();
  for (const path of facts.ignored) {
    const importer = facts.importedBy.get(path);
    if (importer !== undefined) reasons.set(path, `although ${importer} imports it`);
    else if (sourceFile.test(path) && !isByProduct(path) && folders.has(posix.dirname(path)))
      reasons.set(path, `although ${posix.dirname(path)}/ holds files of the project`);
  }
  const parts = [...reasons].slice(0, maxSingleFindings).map(([path, why]): Finding => ({
    code: 'left_out',
    severity: 'medium',
    message: `${path} is ignored and therefore not in the change, ${why}.`.slice(0, 2000),
    file: path.slice(0, 1000),
    suggestion: howToInclude,
  }));
  const rest = facts.ignored.filter((path) => !reasons.has(path));
  const named = rest.filter((path) => !isByProduct(path));
  const byProducts = counted(rest.filter(isByProduct).map(nameOf));
  const all = [
    ...section('ignored', [...named, ...[...reasons.keys()].slice(maxSingleFindings)]),
    ...section('results of builds and caches', byProducts),
    ...section('installed packages', facts.installed),
    ...section('empty folders, which git cannot hold', facts.emptyFolders),
  ];
  if (all.length === 0) return parts;
  const message = `Not in the change: ${all.join('; ')}.`;
  return [
    ...parts,
    { code: 'left_out', severity: 'info', message: message.slice(0, 2000), suggestion: howToInclude },
  ];
}

const nameOf = (path: string): string => posix.basename(path);
const isByProduct = (path: string): boolean => byProduct.test(nameOf(path));

/** `__pycache__ (12)` */
function counted(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count > 1 ? `${name} (${count})` : name));
}

function section(title: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length - maxNamed;
  const shown = names.slice(0, maxNamed).join(', ');
  return [`${title}: ${shown}${more > 0 ? ` and ${more} more` : ''}`];
}
