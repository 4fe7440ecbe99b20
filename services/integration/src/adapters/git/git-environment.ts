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
 * Where the platform keeps what agents may fetch by id but nobody is shown. Any object may be fetched by id, which version 2
 * of the protocol allows anyway: a repository holds nothing but its branch and the changes that were accepted.
 */
export const changeRefs = 'refs/ymera/changes';

/** The upstream's branch as it was last fetched. */
export const upstreamRefs = 'refs/ymera/upstream';
/** Merges of a branch with its upstream, made by us: by their own ids. */
export const mergeRefs = 'refs/ymera/merges';
/** Commits whose push has begun, by the change. */
export const pushingRefs = 'refs/ymera/pushing';

/**
 * Old defects that thousands of honest repositories carry and that endanger nobody; every other finding of fsck is
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
 * For the copy of a source alone. Blobs above a mebibyte are not searched for differences from each other, which for a few
 * hundred megabytes of pictures takes minutes and gains nothing; differences that the source has stored are kept. It is no
 * setting for the rest, because git takes what is above it for binary in a diff. What arrives stays the one pack that it
 * came in: loose, every fetch by an agent would pack it again.
 */
const importSettings: GitSettings = [
  ['include.path', 'config'],
  ['core.bigFileThreshold', '1m'],
  ['fetch.unpackLimit', '1'],
];

/** Instead of the usual configuration, while a source is copied. Written by `prepareGitEnvironment`. */
export const importConfigFile = (dataDir: string): string => join(dataDir, 'git', 'import-config');

/**
 * Instead of the usual configuration, for pushes. The upstream at a path is served by a `git receive-pack` that inherits the
 * global configuration: with hooks switched off there, the upstream's own would not decide. What is given by `-c` it does
 * not inherit, so `withoutHooks` goes to a push that way. Written by `prepareGitEnvironment`.
 */
export const pushConfigFile = (dataDir: string): string => join(dataDir, 'git', 'push-config');

/**
 * A private world for git: its own global configuration and home, no system configuration, no hooks, no templates, no
 * prompts, English messages (we read some of them), and no GIT_ variable of whoever started us. Loose objects are
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

/** A git that reads it meanwhile finds the old one or the new one, never half of one. */
function replaceFile(path: string, content: string): void {
  const written = `${path}.${uuidv7()}`;
  writeFileSync(written, content);
  renameSync(written, path);
}
