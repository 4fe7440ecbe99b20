/** Paths inside a sandbox. The working copy's parent contains nothing of the host. */
export const insidePaths = {
  workspace: '/ymera/workspace',
  home: '/ymera/home',
  temporary: '/ymera/tmp',
} as const;

/** Folders below the scratch file system of one run. */
export const scratchFolders = {
  root: 'root',
  layers: 'layers',
  mounts: 'mounts',
  files: 'files',
  home: 'home',
  temporary: 'temporary',
  tmp: 'tmp',
  varTmp: 'var-tmp',
  run: 'run',
  sharedMemory: 'shared-memory',
} as const;

/**
 * Private folders of the run that nevertheless count as outside: files that a command leaves there would be left on the host.
 * `$TMPDIR` is for leftovers, so it is not among them; hidden files in `$HOME` are a tool's own state.
 */
export const watchedScratch: readonly { readonly folder: string; readonly inside: string }[] = [
  { folder: scratchFolders.root, inside: '' },
  { folder: scratchFolders.tmp, inside: '/tmp' },
  { folder: scratchFolders.varTmp, inside: '/var/tmp' },
  { folder: scratchFolders.run, inside: '/run' },
  { folder: scratchFolders.sharedMemory, inside: '/dev/shm' },
  { folder: scratchFolders.home, inside: insidePaths.home },
];

/** Below the scratch folder: the command's copy of a file, and the original content. */
export const copyOf = (index: number) => ({
  shown: `${scratchFolders.files}/${index}`,
  was: `${scratchFolders.files}/${index}.was`,
});

/** Below the scratch folder: a writable mount, and its layer. */
export const layeredMount = (index: number) => ({
  merged: `${scratchFolders.mounts}/${index}/merged`,
  upper: `${scratchFolders.mounts}/${index}/upper`,
  work: `${scratchFolders.mounts}/${index}/work`,
});

export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
