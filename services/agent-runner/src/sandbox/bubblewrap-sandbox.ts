import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { bubblewrapArguments, environmentInput } from './bubblewrap-arguments';
import { runConfined } from './confined-process';
import { withCopies } from './copied-files';
import { hiddenPaths } from './hidden-paths';
import { homeSecrets } from './home-folders';
import type { HostNode } from './host-node';
import { isPrivate, parseMountInfo, planHostView, type HostEntry, type ViewNode } from './host-view';
import { madeMountPoints, possibleMounts } from './mount-points';
import { namedPaths } from './named-paths';
import {
  defaultLimits,
  type Sandbox,
  type SandboxLimits,
  type SandboxMount,
  type SandboxOutcome,
  type SandboxRun,
} from './sandbox';
import { insideFolders, sandboxEnvironment } from './sandbox-environment';
import { insidePaths } from './sandbox-layout';
import { readSupervisorReport, supervisorScript } from './supervisor-script';

export interface BubblewrapSandboxOptions {
  /** Folder for the (empty) mount points of runs. */
  readonly scratchFolder: string;
  readonly hostNode: HostNode;
  /** Folders of the platform that a `command` run must not see. */
  readonly hidden: readonly string[];
  /**
   * Separates the sandboxes of one host: as root each slot has its own user, so that process limits are counted
   * separately and runs cannot access each other's files. Default: from the process id.
   */
  readonly slot?: number;
  /** Defaults for a run. */
  readonly limits?: Partial<SandboxLimits>;
  /**
   * False on kernels without overlays for this user (unprivileged before 5.11): the host is then shown read-only, and a
   * write outside fails instead of being undone. Default true.
   */
  readonly layers?: boolean;
}

/** A range of user ids that neither people nor systemd use (60514-61183). */
const firstUser = 60_600;
const userSlots = 500;

/** Paths that every program needs; missing ones are skipped. */
const systemPaths = [
  ...[
    '/usr',
    '/etc/alternatives',
    '/etc/ld.so.cache',
    '/etc/ld.so.conf',
    '/etc/ld.so.conf.d',
    '/etc/nsswitch.conf',
  ],
  ...[
    '/etc/ssl/certs',
    '/etc/ssl/openssl.cnf',
    '/etc/ca-certificates',
    '/etc/pki/tls',
    '/etc/localtime',
    '/etc/mime.types',
    '/etc/hosts',
    '/etc/services',
    '/etc/protocols',
  ],
];
const systemLinks = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

export class BubblewrapSandbox implements Sandbox {
  readonly name = 'bubblewrap';
  readonly owner: Sandbox['owner'];
  private readonly self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  private readonly privileged = this.self.uid === 0;
  private readonly layers: boolean;

  constructor(private readonly options: BubblewrapSandboxOptions) {
    const user = firstUser + ((options.slot ?? process.pid) % userSlots);
    this.layers = options.layers ?? true;
    this.owner = this.privileged ? { uid: user, gid: user } : undefined;
  }

  workspacePath(): string {
    return insidePaths.workspace;
  }

  mountPath({ target }: SandboxMount): string {
    return isAbsolute(target) ? target : join(insidePaths.workspace, target);
  }

  async run(run: SandboxRun): Promise<SandboxOutcome> {
    const limits = { ...defaultLimits, ...this.options.limits, ...run.limits };
    mkdirSync(this.options.scratchFolder, { recursive: true });
    const scratch = mkdtempSync(join(realpathSync(this.options.scratchFolder), 'run-'));
    const removeMountPoints = madeMountPoints(run.workspace, run.mounts ?? []);
    try {
      const { argv, own } = this.commandLine(run, limits, scratch);
      const ended = await runConfined({
        argv,
        cwd: '/',
        environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        stdin: run.stdin ?? '',
        privateInput: environmentInput(this.environment(run)),
        timeoutMs: run.timeoutMs,
        limits,
        written: [
          run.workspace,
          ...(run.mounts ?? []).filter(({ access }) => access === 'write').map(({ source }) => source),
        ],
        usageIntervalMs: run.usageIntervalMs ?? 250,
        signal: run.signal,
        onOutput: run.onOutput,
        onUsage: run.onUsage,
        stopSignals: { canceled: 'SIGUSR1', other: 'SIGTERM' },
      });
      const report = readSupervisorReport(ended.report, own);
      const stderr = ended.stderr.text();
      const refusedWrites = run.profile === 'command' ? refusedWritesIn(stderr, this.refusal()) : [];
      const hasStarted = ended.end !== 'exited' || report.started;
      const reason = report.setupFailure ?? ended.reason ?? (hasStarted ? undefined : stderr.slice(-500));
      return {
        end: hasStarted ? ended.end : 'could_not_start',
        exitCode: hasStarted ? ended.exitCode : null,
        stdout: ended.stdout.text(),
        stderr,
        outputTruncated: ended.stdout.truncated || ended.stderr.truncated,
        durationMs: ended.durationMs,
        peakRssMb: ended.peakRssMb,
        cpuMs: ended.cpuMs,
        outsideWrites: [...report.outsideWrites, ...refusedWrites],
        ...(reason === undefined ? {} : { reason }),
      };
    } finally {
      // The mounts are gone; empty folders are left.
      removeMountPoints();
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  /** Error messages of programs about a write that only the sandbox refused. */
  private refusal(): RegExp | undefined {
    if (!this.layers) return /Read-only file system|EROFS/;
    // In a user namespace a file of another user cannot be copied into a layer, although its permissions allow the write.
    return this.privileged ? undefined : /Value too large for defined data type|EOVERFLOW/;
  }

  private environment(run: SandboxRun): Readonly<Record<string, string>> {
    return sandboxEnvironment({
      toolPath: run.toolPath,
      nodeFolder: this.options.hostNode.binaries,
      searchPath: run.searchPath,
      folders: insideFolders,
      additional: run.environment,
    });
  }

  private commandLine(run: SandboxRun, limits: typeof defaultLimits, scratch: string) {
    const view = run.profile === 'command' ? this.hostView(run) : projectView();
    const mounts = possibleMounts(run.mounts ?? [], this.layers, (mount) => this.mountPath(mount));
    const readable = this.readablePaths(run);
    const own = [
      ...Object.values(insidePaths),
      ...['/proc', '/dev', '/tmp', '/var/tmp', '/run'],
      // A command sees it on its layer, where a write to it is detected.
      ...(run.profile === 'project' ? ['/etc/passwd'] : []),
      ...view.map((node) => node.path),
      ...readable,
      ...mounts.map((mount) => mount.target),
    ];
    const bubblewrap = bubblewrapArguments({
      profile: run.profile,
      scratch,
      workspace: realpathSync(run.workspace),
      view,
      ...(this.layers ? {} : { covered: coveredPaths(view) }),
      readable,
      mounts,
      network: run.network ?? false,
      limits,
      argv: typeof run.command === 'string' ? ['sh', '-c', run.command] : run.command,
      become: this.owner,
      self: this.self,
    });
    const script = supervisorScript({
      scratch,
      scratchMb: limits.scratchMb,
      view,
      layers: this.layers,
      privileged: this.privileged,
      owner: this.owner,
      passwd: passwd(this.owner ?? this.self),
      mounts,
      places: own.filter((path) => !path.startsWith(`${insidePaths.workspace}/`)),
      bubblewrap,
    });
    const namespace = this.privileged
      ? ['unshare', '--mount']
      : ['unshare', '--user', '--map-root-user', '--mount'];
    return {
      // When the runner dies, its supervisors die, and with them their commands.
      argv: [...namespace, '--propagation', 'private', 'setpriv', '--pdeathsig', 'KILL', 'sh', '-c', script],
      own,
    };
  }

  private hostView(run: SandboxRun): readonly ViewNode[] {
    // Paths that a layer shows need no mount.
    const resolver = run.network ? resolverPaths().filter(isPrivate) : [];
    const planned = planHostView({
      mounts: parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'), isDirectory),
      hidden: hiddenPaths(homeSecrets(), this.options.hidden),
      privileged: this.privileged,
      named: [
        ...namedPaths(run.command),
        ...namedPaths([this.options.hostNode.installation, ...(run.readable ?? [])]),
      ],
      list: listFolder,
    });
    const view = [...planned, ...resolver.map((path): ViewNode => ({ kind: 'file', path }))];
    return this.layers ? withCopies(view) : view;
  }

  private readablePaths(run: SandboxRun): readonly string[] {
    if (run.profile === 'command') return [];
    const resolver = run.network ? resolverPaths() : [];
    const wanted = [...systemPaths, this.options.hostNode.installation, ...(run.readable ?? []), ...resolver];
    const isSystem = (path: string) => path.startsWith('/usr/');
    return [...new Set(wanted)].filter((path) => !isSystem(path) && existsSync(path));
  }
}

/** A link for `/bin` and others on systems where they are links. */
function projectView(): readonly ViewNode[] {
  return systemLinks.flatMap((path): readonly ViewNode[] => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status) return [];
    return [
      status.isSymbolicLink() ? { kind: 'link', path, target: readlinkSync(path) } : { kind: 'file', path },
    ];
  });
}

function coveredPaths(view: readonly ViewNode[]) {
  const hidden = view.flatMap((node) => (node.kind === 'layer' ? node.hidden : []));
  return hidden.filter((path) => existsSync(path)).map((path) => ({ path, isDirectory: isDirectory(path) }));
}

/** A refused write outside leaves no trace but the program's error message. */
function refusedWritesIn(stderr: string, refusal: RegExp | undefined): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => refusal?.test(line))
    .map((line) => `refused: ${line.trim().slice(0, 200)}`)
    .slice(0, 20);
}

function resolverPaths(): readonly string[] {
  const path = '/etc/resolv.conf';
  return existsSync(path) ? [...new Set([path, realpathSync(path)])] : [];
}

/** The sandbox's user needs a name: `os.userInfo()` and others throw without one. */
function passwd(user: { uid: number; gid: number }): string {
  return `root:x:0:0:root:/root:/bin/sh\nymera:x:${user.uid}:${user.gid}:sandbox:${insidePaths.home}:/bin/sh\n`;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function listFolder(folder: string): readonly HostEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry): readonly HostEntry[] => {
      if (entry.isSymbolicLink())
        return [{ name: entry.name, kind: 'link', target: readlinkSync(join(folder, entry.name)) }];
      if (entry.isDirectory()) return [{ name: entry.name, kind: 'directory' }];
      return entry.isFile() ? [{ name: entry.name, kind: 'file' }] : [];
    });
  } catch {
    return []; // a folder that this user may not read has nothing to show
  }
}
