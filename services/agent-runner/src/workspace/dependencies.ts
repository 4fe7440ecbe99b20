import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { z } from 'zod';
import type { Sandbox, SandboxRun } from '../sandbox/sandbox';
import { asInRepository } from '../tools/repository-paths';
import type { Workspace } from './workspace';

export interface DependenciesOptions {
  /** Folder of prepared installations, one for each lockfile; ours alone. */
  readonly folder: string;
  /** Whether an installation may be downloaded. What is in the folder already needs no network. */
  readonly network: boolean;
  /** Address of the package registry, where it is not the public one. */
  readonly registry?: string;
}

/** What a run of a project's own command must be given to find the packages and tools that the project means. */
export type PreparedProject = Pick<SandboxRun, 'mounts' | 'environment' | 'searchPath' | 'readable'>;

const lockFile = z.object({ packages: z.record(z.string(), z.unknown()).default({}) });
const installTimeoutMs = 600_000;
const keptInstallations = 20;

/**
 * A project's packages, installed from its lockfile before the sandbox closes, without running their scripts. An
 * installation is found again by the digest of all that decided it, so no project can leave something in another's.
 */
export class Dependencies {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly options: DependenciesOptions,
  ) {}

  /** What a run in this working copy must be given; nothing for a project without packages or without a lockfile. */
  async prepare(workspace: Workspace, signal: AbortSignal): Promise<Result<PreparedProject>> {
    const found = await this.manifests(workspace);
    if (!found.ok) return found;
    const manifests = found.value;
    if (!manifests) return ok({});
    const digest = createHash('sha256')
      .update(JSON.stringify([process.platform, process.arch, ...manifests]))
      .digest('hex');
    const kept = join(this.options.folder, digest);
    if (!existsSync(kept)) {
      const installed = await this.install(manifests, kept, signal);
      if (!installed.ok) return installed;
      await this.forgetOldest();
    }
    const now = new Date();
    await utimes(kept, now, now);
    return ok({ mounts: [{ source: join(kept, 'node_modules'), target: 'node_modules' }] });
  }

  /** Lockfile, manifests and settings as committed; undefined when they ask for no package. */
  private async manifests(
    workspace: Workspace,
  ): Promise<Result<readonly (readonly [string, string])[] | undefined>> {
    const read = await workspace.committedFile('package-lock.json');
    if (!read.ok) return read;
    const lock = read.value;
    const parsed = lock === undefined ? undefined : lockFile.safeParse(parse(lock));
    if (lock === undefined || !parsed?.success) return ok(undefined);
    const places = Object.keys(parsed.data.packages);
    if (!places.some((place) => place.includes('node_modules/'))) return ok(undefined);
    const own = places
      .filter((place) => !place.includes('node_modules') && isBelow(place))
      .map((place) => posix.join(place, 'package.json'));
    const files: (readonly [string, string])[] = [['package-lock.json', lock]];
    for (const path of new Set(['package.json', ...own, '.npmrc'])) {
      const text = await workspace.committedFile(path);
      if (!text.ok) return text;
      if (text.value !== undefined) files.push([path, text.value]);
    }
    return ok(files);
  }

  private async install(
    files: readonly (readonly [string, string])[],
    target: string,
    signal: AbortSignal,
  ): Promise<Result<void>> {
    if (!this.options.network)
      return err(unavailable('the network is closed by policy, and they are not prepared yet'));
    const folder = join(this.options.folder, `installing-${randomUUID()}`);
    try {
      for (const [path, text] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await this.handOver(folder, files);
      const outcome = await this.sandbox.run({
        profile: 'project',
        command: 'npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && mkdir -p node_modules',
        workspace: folder,
        network: true,
        timeoutMs: installTimeoutMs,
        signal,
        limits: { scratchMb: 2048 },
        ...(this.options.registry === undefined
          ? {}
          : { environment: { npm_config_registry: this.options.registry } }),
      });
      if (outcome.end !== 'exited' || outcome.exitCode !== 0) {
        const complaint = outcome.stderr.trim().split('\n').slice(-3).join(' ');
        const why = outcome.reason ?? (complaint || outcome.end);
        return err(unavailable(asInRepository(why, this.sandbox.workspacePath(folder))));
      }
      // Renamed when whole: a run that dies on the way leaves no half installation under the name.
      await rename(folder, target).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
      return ok(undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async handOver(folder: string, files: readonly (readonly [string, string])[]): Promise<void> {
    const { owner } = this.sandbox;
    if (!owner) return;
    const folders = files.flatMap(([path]) => [path, dirname(path)]);
    for (const path of new Set(['.', ...folders])) await chown(join(folder, path), owner.uid, owner.gid);
  }

  private async forgetOldest(): Promise<void> {
    const names = await readdir(this.options.folder);
    const dated = await Promise.all(
      names.map(async (name) => ({
        path: join(this.options.folder, name),
        usedAt: (await stat(join(this.options.folder, name))).mtimeMs,
      })),
    );
    const old = dated.toSorted((one, other) => other.usedAt - one.usedAt).slice(keptInstallations);
    await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
  }
}

const isBelow = (place: string): boolean =>
  !posix.isAbsolute(place) && !posix.normalize(place).startsWith('..');

const unavailable = (why: string) =>
  failure(
    'unavailable',
    'dependencies_unavailable',
    `The project’s packages could not be installed: ${why}`.slice(0, 2000),
    {
      suggestion: 'Check that package-lock.json fits package.json and that the registry can be reached.',
    },
  );

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
