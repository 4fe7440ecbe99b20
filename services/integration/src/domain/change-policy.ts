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

/** Which variable sets a limit, as in @ymera/config, for messages. */
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
  /** Of the new blob, in bytes; 0 where there is none. */
  readonly size: number;
  /** Whether the new blob is no text; only looked at in large ones. */
  readonly isBinary: boolean;
}

/** A tree as proposed, before anything of it is kept. */
export interface ProposedTree {
  readonly entries: readonly ChangedEntry[];
  readonly linksBefore: LinkTargets;
  readonly linksAfter: LinkTargets;
  /** Every path of it. */
  readonly paths: readonly string[];
  readonly lfs: LfsFacts;
}

/** Why a proposed change cannot be a commit, by file. */
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
  path_too_long: 'Give it a shorter name: most systems take 255 bytes for a name and 4096 for a path.',
  lfs_content:
    'Leave the file as it was, or put its content into LFS from a clone and propose the pointer: no LFS content is kept here.',
  artefact_not_found:
    'Put the patch to /artefacts/sha256/<digest>, wait for the answer, then send the result.',
  patch_invalid: 'Make the patch with `git diff --binary` against exactly the base.',
  base_mismatch: 'Make the patch against the base that the task names.',
  base_unknown: 'Use the base that the task names.',
  project_not_found: 'Register the project first.',
  change_unknown: 'Name a change of this run.',
  merge_conflict: 'Make the change again on the new base, beside what has landed there.',
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

/** Why a change cannot be merged with what has landed since: a finding for each file, with both sides of it. */
export function mergeRefusal(
  conflicts: readonly { readonly file: string; readonly evidence: string }[],
): ChangeRefusal {
  const files = conflicts.map(({ file }) => file);
  const { failure: reason, findings } = refusal(
    'merge_conflict',
    `What has landed meanwhile changes the same places: ${list(files)}.`,
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

/** The size of a patch, before anything of it is read. */
export function checkPatchSize(bytes: number, { maxPatchBytes }: ChangeLimits): ChangeRefusal | undefined {
  if (bytes <= maxPatchBytes) return undefined;
  const limit = `${maxPatchBytes} (${limitVariables.maxPatchBytes})`;
  return refusal('change_too_large', `The patch has ${bytes} bytes; the limit is ${limit}.`);
}

/** The paths that a patch names, before it is applied: what git would refuse as well gets its own code and file here. */
export function checkPatchedPaths(paths: readonly string[], limits: ChangeLimits): ChangeRefusal | undefined {
  const outside = paths.filter(isOutside);
  if (outside.length > 0)
    return refusal('change_outside', `The change leaves the repository: ${list(outside)}.`, outside);
  if (paths.length > limits.maxFiles)
    return refusal(
      'change_too_large',
      `The change touches ${paths.length} files; the limit is ${limits.maxFiles} (${limitVariables.maxFiles}).`,
    );
  return undefined;
}

/** Everything that is only known once the patch is applied. */
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

/** A link that led outside before, and still does under the same target, is not this change's doing. */
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

/** No file system that a checkout may be on takes it. */
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
    `Git LFS keeps these files, and the change holds their content: ${list(paths)}.`,
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
