/** Languages whose tests a single command runs. */
export type Ecosystem = 'javascript' | 'python' | 'go' | 'rust' | 'jvm' | 'ruby' | 'php' | 'elixir';

/** A folder that is a project of its own within a repository of several languages. */
export interface ProjectPart {
  /** Without a slash at its end. */
  readonly folder: string;
  readonly ecosystem: Ecosystem;
}

/** Files in the root of a project that make it one of this language. */
const manifests: Readonly<Record<Ecosystem, RegExp>> = {
  javascript: /^package\.json$/,
  python:
    /^(pyproject\.toml|setup\.py|setup\.cfg|Pipfile|manage\.py|pytest\.ini|tox\.ini|requirements[\w.-]*\.txt)$/,
  go: /^go\.(mod|work)$/,
  rust: /^Cargo\.toml$/,
  jvm: /^(pom\.xml|(build|settings)\.gradle(\.kts)?)$/,
  ruby: /^(Gemfile|Rakefile)$/,
  php: /^composer\.json$/,
  elixir: /^mix\.exs$/,
};
const ecosystems = Object.keys(manifests) as readonly Ecosystem[];

/** Folders of examples, tests, built files and third-party code. */
const aside =
  /(^|\/)(node_modules|vendor|third_party|dist|build|target|\.[^/]+|venv|site-packages|fixtures?|testdata|tests?|e2e|examples?|samples?|demos?|docs?|templates?|bench(?:marks?)?)(\/|$)/;
const maximumDepth = 2;
const maximumParts = 8;

/** Whether a project's root makes it one of this language. */
export const isRootOf = (ecosystem: Ecosystem, paths: Iterable<string>): boolean =>
  [...paths].some((path) => manifests[ecosystem].test(path));

/**
 * The parts of a repository: folders with a manifest of a language that has no manifest in the root. Folders of the
 * root's own language belong to the root, by its workspaces.
 */
export function projectParts(paths: Iterable<string>): readonly ProjectPart[] {
  const all = [...paths];
  const parts = ecosystems.flatMap((ecosystem): readonly ProjectPart[] => {
    if (isRootOf(ecosystem, all)) return [];
    const folders = new Set(
      all.flatMap((path) => {
        const names = path.split('/');
        const folder = names.slice(0, -1).join('/');
        const isManifest = names.length > 1 && manifests[ecosystem].test(names.at(-1) ?? '');
        return isManifest && names.length - 1 <= maximumDepth && !aside.test(folder) ? [folder] : [];
      }),
    );
    const outermost = [...folders].filter(
      (folder) => ![...folders].some((other) => folder.startsWith(`${other}/`)),
    );
    return outermost.toSorted().map((folder) => ({ folder, ecosystem }));
  });
  return parts.slice(0, maximumParts);
}
