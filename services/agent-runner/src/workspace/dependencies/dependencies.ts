import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { err, FailureException, ok, type Result } from '@ymera/kernel';
import type { Sandbox, SandboxMount, SandboxOutcome } from '../../sandbox/sandbox';
import { withoutPackageManager } from '../../tools/project-command';
import { asInRepository } from '../../tools/repository-paths';
import { commandPrograms } from '../../toolchain/command-programs';
import { HostToolchain } from '../../toolchain/host-toolchain';
import type { Workspace } from '../workspace';
import type { Installation, PreparedProject } from './installation';
import { installFailure, unavailable } from './install-problem';
import { digestOfInstallation, InstallationStore } from './installation-store';
import { inFolder, placesToInstall } from './installed-places';
import { mergePrepared } from './merge-prepared';
import { ProjectFiles } from './project-files';
import { projectInterpreters } from './project-interpreters';
import { findTools, toolMissing } from './project-tools';
import type { MachineRegistries } from './registry/machine-registries';
import { RegistryAccess } from './registry/registry-access';
import { refusedSources } from './registry/refused-sources';

export interface DependenciesOptions {
  /** Folder of prepared installations; exclusive to this runner. */
  readonly folder: string;
  /** Whether an installation may be downloaded. Installations in the folder need no network. */
  readonly network: boolean;
  /** The person's PATH, where interpreters are found. Default: none. */
  readonly hostPath?: readonly string[];
  /** The registries of this machine's package managers, and further allowed ones. */
  readonly registries?: MachineRegistries;
}

export interface PrepareOptions {
  /** The base of the change: registries that it names are the project's own. */
  readonly base?: string;
  /** Command lines that are to run: a missing program of theirs is a failure. */
  readonly commands?: readonly string[];
}

/** Beside an installation: notes from its creation. */
const notesFile = 'ymera-notes';
const installTimeoutMs = 600_000;
const maxCopiedBytes = 536_870_912;
/** Owned by the sandbox; mounts of runs are below it. */
const placesFolder = '/ymera/packages';

/**
 * The preconditions of a project: its pinned interpreters, and its packages, installed before the sandbox closes and
 * without running their scripts. ADR 0013 defines the allowed registries.
 */
export class Dependencies {
  private readonly store: InstallationStore;
  private readonly toolchain: HostToolchain;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly options: DependenciesOptions,
  ) {
    this.store = new InstallationStore(options.folder);
    this.toolchain = new HostToolchain(options.hostPath ?? []);
  }

  /**
   * The mounts and variables of a run in this working copy; empty for a project that needs none. A failure of kind
   * `validation` is the commit's own fault: `manifestFindings` tells its author what to fix.
   */
  async prepare(
    workspace: Workspace,
    signal: AbortSignal,
    options: PrepareOptions = {},
  ): Promise<Result<PreparedProject>> {
    try {
      return await this.prepared(workspace, signal, options);
    } catch (error) {
      // git, or an installation.
      if (error instanceof FailureException) return err(error.failure);
      throw error;
    }
  }

  private async prepared(
    workspace: Workspace,
    signal: AbortSignal,
    { base, commands = [] }: PrepareOptions,
  ): Promise<Result<PreparedProject>> {
    const files = await ProjectFiles.of(workspace);
    const chosen = await projectInterpreters(files, this.toolchain);
    if (!chosen.ok) return chosen;
    const { interpreters, prepared } = chosen.value;
    const registries = this.options.registries ?? {};
    const parts = [prepared];
    for (const { folder, files: own, installers: some } of placesToInstall(files)) {
      const root = posix.join(this.sandbox.workspacePath(workspace.copy), folder);
      for (const installer of some) {
        const installation = await installer({
          files: own,
          interpreters,
          registries,
          root,
          hasProgram: (name) => this.toolchain.find(name) !== undefined,
          hasModule: (python, name) => this.toolchain.hasModule(python, name),
        });
        if (!installation) continue;
        const access = new RegistryAccess(registries);
        const check = async () => {
          const named = base === undefined ? undefined : await ProjectFiles.of(workspace, base);
          await access.allowNamedBy(named);
          const refused = await refusedSources(files, access);
          if (refused) throw new FailureException(refused);
        };
        const installed = await this.installed(installation, parts, access, check, signal);
        parts.push(inFolder(folder, installed));
      }
    }
    return this.withTools(mergePrepared(parts), workspace, commands, await files.read('package.json'));
  }

  /** The programs of commands, shown from the person's PATH where no other mount has them. */
  private withTools(
    prepared: PreparedProject,
    workspace: Workspace,
    commands: readonly string[],
    packageJson: string | undefined,
  ): Result<PreparedProject> {
    let found = prepared;
    for (const command of commands) {
      const { missing, shown } = findTools(commandPrograms(withoutPackageManager(command, packageJson)), {
        copy: workspace.copy,
        prepared: found,
        pathOf: (mount) => this.sandbox.mountPath(mount),
        find: (program) => this.toolchain.find(program),
      });
      if (missing !== undefined) return err(toolMissing(missing, command));
      found = mergePrepared([found, shown]);
    }
    return ok(found);
  }

  /** Found, or created; `check` runs before anything is fetched. */
  private async installed(
    installation: Installation,
    given: readonly PreparedProject[],
    access: RegistryAccess,
    check: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<PreparedProject> {
    if (installation.command === undefined)
      return { notes: installation.notes ?? [], ...installation.provides?.('') };
    const tools = [];
    for (const tool of installation.tools ?? [])
      tools.push(await this.installed(tool, given, access, check, signal));
    const digest = digestOfInstallation(installation);
    const found = await this.store.find(digest);
    if (!found) await check();
    const kept = found ?? (await this.install(installation, digest, [...given, ...tools], access, signal));
    const own = await this.provided(installation, kept);
    return mergePrepared([...tools, own]);
  }

  private async provided(installation: Installation, kept: string): Promise<PreparedProject> {
    const place = placeOf(installation, kept);
    const told = place ? await readFile(join(place.source, notesFile), 'utf8').catch(() => '') : '';
    const notes = [...(installation.notes ?? []), ...told.split('\n').filter(Boolean)];
    if (place)
      return {
        mounts: [{ ...place, access: 'layered' }],
        notes,
        ...installation.provides?.(this.sandbox.mountPath(place)),
      };
    const folders = await moduleFolders(join(kept, 'work'));
    const mounts = folders.map((target): SandboxMount => ({
      source: join(kept, 'work', target),
      target,
      access: 'layered',
    }));
    return { mounts, notes, ...installation.provides?.('') };
  }

  private async install(
    installation: Installation,
    digest: string,
    given: readonly PreparedProject[],
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<string> {
    if (!this.options.network)
      throw new FailureException(
        unavailable('the network is closed by policy, and they are not prepared yet'),
      );
    const folder = await this.store.begin(randomUUID());
    try {
      await this.fill(folder, installation);
      const outcome = await this.runInstallation(folder, installation, mergePrepared(given), access, signal);
      if (outcome.end !== 'exited' || outcome.exitCode !== 0)
        throw new FailureException(this.failed(installation, folder, outcome, access));
      return await this.store.keep(folder, digest);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async runInstallation(
    folder: string,
    installation: Installation,
    given: PreparedProject,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<SandboxOutcome> {
    const place = placeOf(installation, folder);
    const placePath = place ? this.sandbox.mountPath(place) : '';
    // Later runs may write to the installation, each on its own layer.
    const shared = `chmod -R a+rwX . ${place ? '"$YMERA_PLACE"' : ''}`;
    const { notes: _, ...run } = given;
    return access.during(this.sandbox, async ({ wrap, mounts, environment }) =>
      this.sandbox.run({
        ...run,
        profile: 'project',
        command: wrap(`set -e\n(${installation.command ?? 'true'})\ncd "$YMERA_WORK"\n${shared}`),
        workspace: join(folder, 'work'),
        mounts: [
          ...(run.mounts ?? []).filter(({ target }) => posix.isAbsolute(target)),
          ...mounts,
          ...(place ? [{ ...place, access: 'write' as const }] : []),
        ],
        environment: {
          ...run.environment,
          ...environment,
          ...installation.environment,
          YMERA_PLACE: placePath,
          YMERA_WORK: this.sandbox.workspacePath(join(folder, 'work')),
        },
        timeoutMs: installTimeoutMs,
        signal,
        limits: { scratchMb: 2048 },
      }),
    );
  }

  private failed(
    { name, manifest }: Installation,
    folder: string,
    outcome: SandboxOutcome,
    access: RegistryAccess,
  ) {
    if (outcome.end !== 'exited') return unavailable(`${name}: ${outcome.reason ?? outcome.end}`);
    const output = asInRepository(
      `${outcome.stderr}\n${outcome.stdout}`,
      this.sandbox.workspacePath(join(folder, 'work')),
    );
    return installFailure({ name, manifest, output, refusedHosts: access.refusedHosts });
  }

  /** The folder of the manager inside, owned by the user that it runs as. */
  private async fill(folder: string, installation: Installation): Promise<void> {
    const { inputs, copied = [], placeholders = [] } = installation;
    const work = join(folder, 'work');
    const place = placeOf(installation, folder);
    const made = new Set<string>([work]);
    const write = async (path: string, text: string | Buffer) => {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
      for (let at = path; at !== '.'; at = posix.dirname(at)) made.add(join(work, at));
    };
    await mkdir(work, { recursive: true });
    if (place) await mkdir(place.source, { recursive: true });
    for (const path of placeholders) await write(path, '');
    let copiedBytes = 0;
    for (const { path, bytes } of copied) {
      const content = await bytes();
      copiedBytes += content.length;
      if (copiedBytes > maxCopiedBytes)
        throw new FailureException(unavailable('the packages that are committed are larger than 512 MiB'));
      await write(path, content);
    }
    for (const [path, text] of inputs) await write(path, text);
    const { owner } = this.sandbox;
    const owned = [...made, ...(place ? [place.source] : [])];
    if (owner) for (const path of owned) await chown(path, owner.uid, owner.gid);
  }
}

const placeOf = ({ place }: Installation, kept: string): SandboxMount | undefined =>
  place === undefined ? undefined : { source: join(kept, 'place'), target: `${placesFolder}/${place}` };

/** The outermost `node_modules` folders, by their path in the working copy. */
async function moduleFolders(root: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const path = posix.join(below, name);
      return name === 'node_modules' ? [path] : moduleFolders(root, path);
    }),
  );
  return found.flat();
}
