/** Lockfiles whose packages the platform installs below the root of a working copy. */
const lockfiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
];

/**
 * Folders of the working copy in which the platform installs packages: never part of a change. Committed files in such a
 * folder belong to the project.
 */
export function installedPaths(committed: readonly string[]): readonly string[] {
  const hasLockfile = lockfiles.some((lockfile) => committed.includes(lockfile));
  const isProjects = committed.some((path) => path.startsWith('node_modules/'));
  return hasLockfile && !isProjects ? ['node_modules'] : [];
}

/** Files of package managers in a folder that they filled; a fixture of that name has none of them. */
const installMarkers = [
  '.package-lock.json',
  '.modules.yaml',
  '.yarn-integrity',
  '.yarn-state.yml',
  '.bin/',
  '.pnpm/',
  '.bun/',
];
const fixtureFolder =
  /(?:^|\/)(?:tests?|specs?|__tests__|fixtures?|__fixtures__|__mocks__|testdata|test-data)\//;
const modulesFolder = /^(.*?\/)??node_modules\//;

/**
 * Folders called node_modules that a package manager has filled in the working copy, by their new files. Those of
 * workspaces have no marker: they count where another one has, unless they are below a folder of tests.
 */
export function packageFolders(
  untracked: readonly string[],
  committed: readonly string[],
): readonly string[] {
  const folders = new Map<string, boolean>();
  for (const path of untracked) {
    const found = modulesFolder.exec(path)?.[0];
    if (found === undefined) continue;
    const inside = path.slice(found.length);
    const isMarked = installMarkers.some((marker) =>
      marker.endsWith('/') ? inside.startsWith(marker) : inside === marker,
    );
    folders.set(found, isMarked || folders.get(found) === true);
  }
  const isAnyMarked = [...folders.values()].includes(true);
  const manifests = new Set(
    [...committed, ...untracked].filter((path) => path === 'package.json' || path.endsWith('/package.json')),
  );
  return [...folders].flatMap(([folder, isMarked]) => {
    const place = folder.slice(0, -'node_modules/'.length);
    const isWorkspace = isAnyMarked && manifests.has(`${place}package.json`) && !fixtureFolder.test(folder);
    const isProjects = committed.some((path) => path.startsWith(folder));
    return (isMarked || isWorkspace) && !isProjects ? [folder.slice(0, -1)] : [];
  });
}
