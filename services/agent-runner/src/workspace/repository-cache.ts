import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, failure, Mutex, ok, type Failure, type Result } from '@ymera/kernel';
import { git, gitConfiguration, initFor, type GitOptions } from './git';

export interface RepositoryCacheOptions {
  /** Folder of the cached repositories; exclusive to this runner, emptied by `removeLeftovers`. */
  readonly folder: string;
  /** Maximum size of packs. Repositories in use are kept above it. */
  readonly maxBytes: number;
}

export interface CommitsWanted {
  /** A path or URL that git accepts. */
  readonly url: string;
  readonly credential?: { readonly username: string; readonly password: string };
  readonly commits: readonly string[];
  readonly signal?: AbortSignal;
}

export interface HeldCommits {
  /** A bare repository that has the commits, and maybe others. Usable until `release`. */
  readonly repository: string;
  release(): Promise<void>;
}

interface CachedRepository {
  readonly url: string;
  readonly folder: string;
  readonly git: GitOptions;
  /** Complete with their trees. */
  readonly commits: Set<string>;
  users: number;
  bytes: number;
  packs: number;
  /** One fetch into it at a time. */
  readonly mutex: Mutex;
}

/** Each fetch adds one, and git reads all of them. */
const maxPacks = 60;
const fetchTimeoutMs = 300_000;

/**
 * The fetched commits of each project: a commit is transferred once, and of the next one only the
 * differences. The cache does not outlive the process: leftovers of a killed git could be corrupt.
 */
export class RepositoryCache {
  /** The most recently used one is last. */
  private readonly repositories = new Map<string, CachedRepository>();
  private opened = 0;

  constructor(private readonly options: RepositoryCacheOptions) {}

  async removeLeftovers(): Promise<void> {
    await rm(this.options.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async hold(wanted: CommitsWanted): Promise<Result<HeldCommits>> {
    const cached = this.repositories.get(wanted.url) ?? this.open(wanted.url);
    this.repositories.delete(wanted.url);
    this.repositories.set(wanted.url, cached);
    cached.users += 1;
    const release = once(() => this.release(cached));
    let isHeld = false;
    try {
      const fetched = await inTurn(cached, wanted.signal, () => complete(cached, wanted));
      isHeld = fetched.ok;
      return fetched.ok ? ok({ repository: cached.git.gitFolder, release }) : fetched;
    } finally {
      // Also after an error, such as a full disk: counted as used, it could never be evicted.
      if (!isHeld) await release();
    }
  }

  private open(url: string): CachedRepository {
    // Never reuse a name: an evicted repository may still be being deleted.
    const folder = join(this.options.folder, `repository-${(this.opened += 1)}`);
    return {
      url,
      folder,
      git: { configFile: join(folder, 'gitconfig'), gitFolder: join(folder, 'repository.git') },
      commits: new Set(),
      users: 0,
      bytes: 0,
      packs: 0,
      mutex: new Mutex(),
    };
  }

  private async release(cached: CachedRepository): Promise<void> {
    cached.users -= 1;
    const gone = evictionOrder([...this.repositories.values()], this.options.maxBytes);
    for (const { url } of gone) this.repositories.delete(url);
    for (const { folder } of gone) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Evicts unused repositories: empty ones, those with too many packs, and the least recently used until the rest fits. */
export function evictionOrder<R extends Pick<CachedRepository, 'users' | 'bytes' | 'packs'>>(
  oldestFirst: readonly R[],
  maxBytes: number,
): readonly R[] {
  let bytes = oldestFirst.reduce((sum, repository) => sum + repository.bytes, 0);
  return oldestFirst.filter((repository) => {
    const isNeeded = repository.bytes > 0 && repository.packs <= maxPacks && bytes <= maxBytes;
    if (repository.users > 0 || isNeeded) return false;
    bytes -= repository.bytes;
    return true;
  });
}

/** A caller that is canceled while another fetch runs does not wait for its end. */
async function inTurn(
  { mutex }: CachedRepository,
  signal: AbortSignal | undefined,
  work: () => Promise<Result<void>>,
): Promise<Result<void>> {
  try {
    return await mutex.runExclusive(work, signal);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return err(unavailable('it was canceled'));
    throw error;
  }
}

async function complete(cached: CachedRepository, wanted: CommitsWanted): Promise<Result<void>> {
  const missing = wanted.commits.filter((commit) => !cached.commits.has(commit));
  if (missing.length === 0) return ok(undefined);
  if (cached.commits.size === 0) {
    await mkdir(cached.folder, { recursive: true, mode: 0o700 });
    await writeFile(cached.git.configFile, gitConfiguration);
    const created = await git(initFor(missing[0] ?? '', cached.git.gitFolder), cached.git);
    if (!created.ok) return err(unavailable(created.complaint));
  }
  await removeHalfFetched(cached.git.gitFolder);
  const fetched = await fetchCommits(cached.git, wanted, missing);
  if (fetched.ok) for (const commit of missing) cached.commits.add(commit);
  Object.assign(cached, await packsOf(cached.git.gitFolder));
  return fetched;
}

/**
 * Fetches the requested commits only; from a server without support for single commits, everything. The refs created here
 * tell the server next time which objects are present.
 */
async function fetchCommits(
  options: GitOptions,
  { url, credential, signal }: CommitsWanted,
  commits: readonly string[],
): Promise<Result<void>> {
  const fetchOptions: GitOptions = {
    ...options,
    timeoutMs: fetchTimeoutMs,
    ...(signal ? { signal } : {}),
    ...(credential ? { authorization: basicAuthorization(credential) } : {}),
  };
  const common = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  const named = commits.map((commit) => `${commit}:refs/commits/${commit}`);
  const shallow = await git([...common, '--depth=1', url, ...named], fetchOptions);
  if (shallow.ok) return ok(undefined);
  const whole = await git([...common, url, '+refs/*:refs/fetched/*'], fetchOptions);
  if (!whole.ok) return err(unavailable(whole.complaint));
  for (const commit of commits)
    if (!(await git(['cat-file', '-e', `${commit}^{commit}`], options)).ok)
      return err(failure('not_found', 'commit_not_found', `The repository has no commit ${commit}.`));
  return ok(undefined);
}

/** No other process writes here, so a lock or a partial pack belongs to a git that was killed. */
async function removeHalfFetched(gitFolder: string): Promise<void> {
  const names = await readdir(gitFolder, { recursive: true }).catch(() => []);
  for (const name of names)
    if (name.endsWith('.lock') || /(^|\/)tmp_[^/]+$/.test(name))
      await rm(join(gitFolder, name), { force: true });
}

async function packsOf(gitFolder: string): Promise<{ readonly packs: number; readonly bytes: number }> {
  const folder = join(gitFolder, 'objects', 'pack');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pack'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return { packs: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

const basicAuthorization = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export const unavailable = (complaint: string): Failure =>
  failure('unavailable', 'workspace_unavailable', `The working copy could not be prepared: ${complaint}`);
