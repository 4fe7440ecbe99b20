import { err, failure, ok, type Result } from '@ymera/kernel';
import { realpath, stat } from 'node:fs/promises';
import {
  isHostAllowed,
  isPathAllowed,
  parseProjectSource,
  type ProjectSource,
  type SourcePolicy,
} from '../../domain/project-source';

/** Files that only this service can read; none by default. */
export interface UpstreamCredentials {
  /** In the format of `git credential-store`: one URL with user and password in each line. */
  readonly credentialsFile: string | undefined;
  readonly sshKeyFile: string | undefined;
  readonly knownHostsFile: string | undefined;
}

/** Access parameters of git for a source. */
export interface Address {
  readonly url: string;
  /** Never contains a secret: a helper reads it from its file, over a pipe to git only. */
  readonly env: Readonly<Record<string, string>>;
}

const readableByOthers = 0o077;

/** The only way from a source to an address; a source that the policy does not allow gets none. */
export class UpstreamAccess {
  constructor(
    private readonly policy: SourcePolicy,
    private readonly credentials: UpstreamCredentials,
  ) {}

  async open(source: ProjectSource): Promise<Result<Address>> {
    return source.kind === 'path' ? this.path(source.path) : this.remote(source);
  }

  async openText(source: string): Promise<Result<Address>> {
    const parsed = parseProjectSource(source);
    return parsed.ok ? this.open(parsed.value) : parsed;
  }

  private async path(given: string): Promise<Result<Address>> {
    const path = await realpath(given).catch(() => undefined);
    if (path === undefined || !(await stat(path)).isDirectory())
      return err(
        failure('not_found', 'repo_not_found', `Folder ${given} does not exist.`, {
          suggestion: 'Give the path of an existing git repository.',
        }),
      );
    if (!isPathAllowed(path, this.policy))
      return err(
        failure('forbidden', 'source_not_allowed', `${given} is not below an allowed folder.`, {
          suggestion: 'Add its folder to YMERA_SOURCE_ROOTS.',
        }),
      );
    return ok({ url: path, env: { GIT_ALLOW_PROTOCOL: 'file' } });
  }

  private async remote({
    host,
    url,
    protocol,
  }: Extract<ProjectSource, { kind: 'remote' }>): Promise<Result<Address>> {
    if (!isHostAllowed(host, this.policy))
      return err(
        failure('forbidden', 'source_not_allowed', `Fetching from ${host} is not allowed.`, {
          suggestion: 'Add the host to YMERA_SOURCE_HOSTS, or give a local path.',
        }),
      );
    const { credentialsFile, sshKeyFile, knownHostsFile } = this.credentials;
    const files = protocol === 'ssh' ? [sshKeyFile] : [credentialsFile];
    for (const file of files) {
      const checked = file === undefined ? ok(undefined) : await checkPrivate(file);
      if (!checked.ok) return checked;
    }
    const access = protocol === 'ssh' ? sshEnv(sshKeyFile, knownHostsFile) : helperEnv(credentialsFile);
    return ok({ url, env: { GIT_ALLOW_PROTOCOL: protocol, ...access } });
  }
}

async function checkPrivate(file: string): Promise<Result<void>> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile())
    return err(
      failure('unavailable', 'credentials_missing', `File ${file} does not exist.`, {
        suggestion: 'Write the credential file, or unset its variable.',
      }),
    );
  if ((found.mode & readableByOthers) !== 0)
    return err(
      failure('forbidden', 'credentials_exposed', `Other users can read ${file}.`, {
        suggestion: `Run chmod 600 ${file}.`,
      }),
    );
  return ok(undefined);
}

/** Read-only: git would otherwise erase a refused credential from the operator's file, or store others there. */
function helperEnv(file: string | undefined): Readonly<Record<string, string>> {
  if (file === undefined) return {};
  const helper = `!f() { test "$1" = get && exec git credential-store --file=${quoted(file)} get; }; f`;
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'credential.helper', GIT_CONFIG_VALUE_0: helper };
}

function sshEnv(
  keyFile: string | undefined,
  knownHostsFile: string | undefined,
): Readonly<Record<string, string>> {
  if (keyFile === undefined && knownHostsFile === undefined) return {};
  const options = [
    '-F /dev/null -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=10',
    ...(keyFile === undefined ? [] : [`-oIdentitiesOnly=yes -oIdentityAgent=none -i ${quoted(keyFile)}`]),
    ...(knownHostsFile === undefined ? [] : [`-oUserKnownHostsFile=${quoted(knownHostsFile)}`]),
  ];
  return { GIT_SSH_COMMAND: `ssh ${options.join(' ')}` };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
