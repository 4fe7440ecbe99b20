import type { Finding } from '@ymera/contracts';
import { failure, type Failure } from '@ymera/kernel';
import { contentInPlaceOfPointers, type LfsFacts } from './lfs';
import { isGitModules, isGitName, isTooLong, visiblePath } from './path-names';
import { escapingLinks, type LinkTargets } from './symbolic-links';

export interface ChangeLimits {
  readonly maxFiles: number;
  /** Sum of the sizes of added and modified files, in bytes. */
  readonly maxBytes: number;
  readonly maxPatchBytes: number;
}

/** The variable that sets a limit, as in @ymera/config, for messages. */
export const limitVariables: Readonly<Record<keyof ChangeLimits, string>> = {
  maxFiles: 'YMERA_CHANGE_MAX_FILES',
  maxBytes: 'YMERA_CHANGE_MAX_BYTES',
  maxPatchBytes: 'YMERA_CHANGE_MAX_PATCH_BYTES',
};

/** One path that differs between base and proposed tree. Modes are git's, `000000` where there is nothing. */
export interface ChangedEntry {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  /** Size of the new blob in bytes; 0 where there is none. */
  readonly size: number;
  /** Whether the new blob is binary; only checked for large ones. */
  readonly isBinary: boolean;
}

/** A proposed tree, before any of its objects is stored. */
export interface ProposedTree {
  readonly entries: readonly ChangedEntry[];
  readonly linksBefore: LinkTargets;
  readonly linksAfter: LinkTargets;
  /** Every path of it. */
  readonly paths: readonly string[];
  readonly lfs: LfsFacts;
}

/** The reason why a proposed change cannot become a commit, with the files. */
export interface ChangeRefusal {
  readonly failure: Failure;
  readonly findings: readonly Finding[];
}

const link = '120000';
const submodule = '160000';
const nothing = '000000';
const allowedModes: ReadonlySet<string> = new Set([nothing, '100644', '100755', link]);
const maxFindings = 100;

const suggestions = {
  change_empty: 'Return a change that alters at least one file, or fail the task.',
  change_outside: 'Change only files inside the working copy.',
  change_too_large:
    'Propose a smaller change: leave build results and dependencies out, or split the request. A limit is raised for integration and runner alike, by the variable that the message names.',
  submodule_refused: 'Leave submodules and .gitmodules as they are.',
  mode_refused: 'Add a link under a new name instead of turning a file into one.',
  path_too_long: 'Give it a shorter name: most systems allow 255 bytes for a name and 4096 for a path.',
  lfs_content:
    'Leave the file as it was, or put its content into LFS from a clone and propose the pointer: this service stores no LFS content.',
  artefact_not_found:
    'Upload the patch to /artefacts/sha256/<digest>, wait for the answer, then send the result.',
  patch_invalid: 'Make the patch with `git diff --binary` against exactly the base.',
  base_mismatch: 'Make the patch against the base that the task names.',
  base_unknown: 'Use the base that the task names.',
  project_not_found: 'Register the project first.',
  change_unknown: 'Name a change of this workflow.',
  merge_conflict: 'Repeat the change on the new base, together with the changes that have landed there.',
} as const;
export type RefusalCode = keyof typeof suggestions;

export function refusal(code: RefusalCode, message: string, files: readonly string[] = []): ChangeRefusal {
  return {
    failure: failure('validation', code, message, { suggestion: suggestions[code] }),
    findings: files.slice(0, maxFindings).map((file) => ({
      code,
      severity: code === 'change_outside' ? 'critical' : 'high',
      message: message.slice(0, 2000),
      file: visiblePath(file).slice(0, 1000),
      suggestion: suggestions[code],
    })),
  };
}

/** The reason why a change cannot be merged with later changes: a finding for each file, with both sides of it. */
export function mergeRefusal(
  conflicts: readonly { readonly file: string; readonly evidence: string }[],
): ChangeRefusal {
  const files = conflicts.map(({ file }) => file);
  const { failure: reason, findings } = refusal(
    'merge_conflict',
    `The change conflicts with changes that have landed meanwhile in: ${list(files)}.`,
    files,
  );
  return {
    failure: reason,
    findings: findings.map((found, index) => {
      const evidence = conflicts[index]?.evidence ?? '';
      return evidence === '' ? found : { ...found, evidence };
    }),
  };
}

/** Checks the size of a patch, before any of it is read. */
export function checkPatchSize(bytes: number, { maxPatchBytes }: ChangeLimits): ChangeRefusal | undefined {
  if (bytes <= maxPatchBytes) return undefined;
  const limit = `${maxPatchBytes} (${limitVariables.maxPatchBytes})`;
  return refusal('change_too_large', `The patch has ${bytes} bytes; the limit is ${limit}.`);
}

/** Checks the paths of a patch before it is applied: paths that git would also refuse get their own code and file here. */
export function checkPatchedPaths(paths: readonly string[], limits: ChangeLimits): ChangeRefusal | undefined {
  const outside = paths.filter(isOutside);
  if (outside.length > 0)
    return refusal('change_outside', `The change writes outside the repository: ${list(outside)}.`, outside);
  if (paths.length > limits.maxFiles)
    return refusal(
      'change_too_large',
      `The change touches ${paths.length} files; the limit is ${limits.maxFiles} (${limitVariables.maxFiles}).`,
    );
  return undefined;
}

/** The checks that need the applied patch. */
export function checkProposedTree(tree: ProposedTree, limits: ChangeLimits): ChangeRefusal | undefined {
  const { entries } = tree;
  if (entries.length === 0) return refusal('change_empty', 'The change leaves every file as it is.');
  return (
    checkPatchedPaths(
      entries.map(({ path }) => path),
      limits,
    ) ??
    checkSize(entries, limits) ??
    checkModes(entries) ??
    checkLinks(tree) ??
    checkLengths(entries) ??
    checkLfs(tree)
  );
}

function checkSize(entries: readonly ChangedEntry[], { maxBytes }: ChangeLimits): ChangeRefusal | undefined {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= maxBytes) return undefined;
  const largest = entries.toSorted((a, b) => b.size - a.size).slice(0, 10);
  return refusal(
    'change_too_large',
    `The changed files have ${bytes} bytes; the limit is ${maxBytes} (${limitVariables.maxBytes}).`,
    largest.map(({ path }) => path),
  );
}

function checkModes(entries: readonly ChangedEntry[]): ChangeRefusal | undefined {
  const submodules = entries.filter(
    ({ path, oldMode, newMode }) => oldMode === submodule || newMode === submodule || isGitModules(path),
  );
  if (submodules.length > 0) {
    const paths = submodules.map(({ path }) => path);
    return refusal('submodule_refused', `The change alters submodules: ${list(paths)}.`, paths);
  }
  const strange = entries.filter(
    ({ oldMode, newMode }) =>
      !allowedModes.has(newMode) || (newMode === link && oldMode !== link && oldMode !== nothing),
  );
  if (strange.length > 0) {
    const paths = strange.map(({ path }) => path);
    return refusal('mode_refused', `The change turns files into something else: ${list(paths)}.`, paths);
  }
  return undefined;
}

/** A link that led outside before, and still does under the same target, is not caused by this change. */
function checkLinks({ entries, linksBefore, linksAfter }: ProposedTree): ChangeRefusal | undefined {
  const before = new Set(escapingLinks(linksBefore));
  const outside = escapingLinks(linksAfter).filter(
    (path) => !before.has(path) || linksBefore.get(path) !== linksAfter.get(path),
  );
  // git's own files as links make a client read them from elsewhere.
  const special = entries
    .filter(({ path, newMode }) => newMode === link && /(^|\/)\.git[^/]*$/i.test(path))
    .map(({ path }) => path);
  const paths = [...new Set([...outside, ...special])];
  if (paths.length === 0) return undefined;
  return refusal(
    'change_outside',
    `Symbolic links lead out of the repository: ${list(paths.map((path) => `${path} -> ${linksAfter.get(path) ?? ''}`))}.`,
    paths,
  );
}

/** No file system of a checkout supports such a path. */
function checkLengths(entries: readonly ChangedEntry[]): ChangeRefusal | undefined {
  const long = entries.filter(({ path, oldMode }) => oldMode === nothing && isTooLong(path));
  if (long.length === 0) return undefined;
  const paths = long.map(({ path }) => path);
  return refusal('path_too_long', `The change adds paths that are too long: ${list(paths)}.`, paths);
}

function checkLfs({ lfs }: ProposedTree): ChangeRefusal | undefined {
  const paths = contentInPlaceOfPointers(lfs);
  if (paths.length === 0) return undefined;
  return refusal(
    'lfs_content',
    `These files belong to Git LFS, but the change contains their content: ${list(paths)}.`,
    paths,
  );
}

function isOutside(path: string): boolean {
  if (path === '' || path.startsWith('/')) return true;
  return path.split('/').some((name) => name === '..' || isGitName(name));
}

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => visiblePath(name).slice(0, 300))
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
