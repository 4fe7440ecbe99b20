import {
  configText,
  gitEnvironment,
  hardening,
  withoutHooks,
  type GitEnvironment,
  type GitSettings,
} from '@ymera/git';
import { uuidv7 } from '@ymera/kernel';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Refs for objects that agents may fetch by id but that are not advertised. Any object may be fetched by id, which version 2
 * of the protocol allows anyway: a repository holds nothing but its branch and the accepted changes.
 */
export const changeRefs = 'refs/ymera/changes';

/** The upstream's branch at the last fetch. */
export const upstreamRefs = 'refs/ymera/upstream';
/** Merges of a branch with its upstream that this service created, by commit id. */
export const mergeRefs = 'refs/ymera/merges';
/** Commits whose push has started, by change id. */
export const pushingRefs = 'refs/ymera/pushing';

/**
 * Old defects that thousands of honest repositories carry and that are harmless; every other finding of fsck is
 * refused on transfer.
 */
const toleratedDefects = [
  'badTimezone',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingNameBeforeEmail',
  'missingEmail',
  'badName',
  'badEmail',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
  'multipleAuthors',
];

const settings: GitSettings = [
  ...hardening,
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.fsync', 'committed,loose-object'],
  ['core.packedGitLimit', '256m'],
  ['core.packedGitWindowSize', '32m'],
  ['apply.whitespace', 'nowarn'],
  ...toleratedDefects.map((defect) => [`fetch.fsck.${defect}`, 'warn'] as const),
  ['transfer.fsckObjects', 'true'],
  ['transfer.hideRefs', changeRefs.split('/').slice(0, 2).join('/')],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['http.followRedirects', 'false'],
  ['protocol.allow', 'never'],
];

/**
 * For the copy of a source only. Blobs above 1 MiB are not delta-compressed, which takes minutes for a few hundred
 * megabytes of pictures and gains nothing; deltas that the source has stored are kept. This is no setting for other
 * commands, because git treats larger blobs as binary in a diff. The received data stays in the one pack that it
 * came in: with loose objects every fetch by an agent would pack it again.
 */
const importSettings: GitSettings = [
  ['include.path', 'config'],
  ['core.bigFileThreshold', '1m'],
  ['fetch.unpackLimit', '1'],
];

/** Replaces the usual configuration while a source is copied. Written by `prepareGitEnvironment`. */
export const importConfigFile = (dataDir: string): string => join(dataDir, 'git', 'import-config');

/**
 * Replaces the usual configuration for pushes. The upstream at a path is served by a `git receive-pack` that inherits the
 * global configuration: with hooks switched off there, the upstream's own hooks would not decide. It does not inherit `-c`
 * options, so a push gets `withoutHooks` that way. Written by `prepareGitEnvironment`.
 */
export const pushConfigFile = (dataDir: string): string => join(dataDir, 'git', 'push-config');

/**
 * An isolated environment for git: its own global configuration and home, no system configuration, no hooks, no templates,
 * no prompts, English messages (some of them are parsed), and no GIT_ variable of the parent process. Loose objects are
 * fsynced, because the database commits right after them; there is no automatic gc, because nothing else may prune a
 * change between its objects and its ref.
 */
export function prepareGitEnvironment(dataDir: string, path: string): GitEnvironment {
  const home = join(dataDir, 'git', 'home');
  const configFile = join(dataDir, 'git', 'config');
  mkdirSync(home, { recursive: true });
  replaceFile(configFile, configText([...settings, withoutHooks]));
  replaceFile(importConfigFile(dataDir), configText(importSettings));
  replaceFile(pushConfigFile(dataDir), configText(settings));
  return {
    ...gitEnvironment({ path, home, configFile }),
    TZ: 'UTC',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=10',
  };
}

/** Atomic: a concurrent git reads either the old or the new configuration. */
function replaceFile(path: string, content: string): void {
  const written = `${path}.${uuidv7()}`;
  writeFileSync(written, content);
  renameSync(written, path);
}
