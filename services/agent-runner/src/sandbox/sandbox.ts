/**
 * Runs untrusted commands. A command sees one writable folder, its working copy; everything else is read-only,
 * invisible, or a copy that is discarded. ADR 0006 explains the design.
 *
 * - `project`: a project's own tests and benchmarks. System folders, node and the working copy; nothing else is visible.
 * - `command`: the operator's own command line. The host's files are readable except for secrets; writing outside of the
 *   working copy succeeds on a throw-away layer, so that it can be reported afterwards, and has no effect.
 */
export type SandboxProfile = 'project' | 'command';

export interface SandboxLimits {
  /** For the whole process tree, sampled; and for each process's own data, enforced by the kernel. */
  readonly memoryMb: number;
  /** CPU time of any one process. */
  readonly cpuSeconds: number;
  /** Processes and threads together. */
  readonly processes: number;
  /** Size of any one file written. */
  readonly fileSizeMb: number;
  /** Growth of the working copy, and of a temporary folder that is on the disk; measured periodically. */
  readonly workspaceMb: number;
  /** Kept bytes of each of stdout and stderr: the beginning and the end. The rest is read and dropped. */
  readonly outputBytes: number;
  /** All of `$HOME`, `$TMPDIR`, `/tmp` and the throw-away layer together; it lives in memory. */
  readonly scratchMb: number;
}

export const defaultLimits: SandboxLimits = {
  memoryMb: 4096,
  cpuSeconds: 1800,
  processes: 512,
  fileSizeMb: 1024,
  workspaceMb: 4096,
  outputBytes: 262_144,
  scratchMb: 512,
};

/** A file or folder of the host, seen inside at `target`: an absolute path, or one below the working copy. */
export interface SandboxMount {
  readonly source: string;
  readonly target: string;
  /**
   * `read` is the default. `layered` accepts writes on a throw-away layer that is discarded after the run; read-only where
   * there are no layers. `write` writes to the host.
   */
  readonly access?: 'read' | 'layered' | 'write';
}

export interface SandboxRun {
  readonly profile: SandboxProfile;
  /** A string is run by `sh -c`. */
  readonly command: string | readonly string[];
  /** Folder on the host; inside it is `workspacePath`. */
  readonly workspace: string;
  readonly stdin?: string;
  /** Added to the allow-listed environment; never among the arguments of a process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** First folders of PATH: interpreters that the project pins, and the programs of its packages. */
  readonly toolPath?: readonly string[];
  /** Folders of the host on PATH, behind the node's and before the system's. */
  readonly searchPath?: readonly string[];
  readonly timeoutMs: number;
  readonly limits?: Partial<SandboxLimits>;
  /** Default false: not even loopback to the host. */
  readonly network?: boolean;
  /** Host paths visible read-only under their own names. */
  readonly readable?: readonly string[];
  readonly mounts?: readonly SandboxMount[];
  readonly signal?: AbortSignal;
  /** At most `outputBytes` of each stream are passed on. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: string) => void;
  readonly onUsage?: (usage: ProcessUsage) => void;
  /** How often the process tree is measured. Default 250. */
  readonly usageIntervalMs?: number;
}

export interface ProcessUsage {
  readonly processes: number;
  readonly rssMb: number;
  readonly cpuMs: number;
}

export type SandboxEnd =
  'exited' | 'timed_out' | 'canceled' | 'memory_exceeded' | 'disk_exceeded' | 'could_not_start';

export interface SandboxOutcome {
  readonly end: SandboxEnd;
  /** 128 + signal where a signal ended it, as a shell counts. Null unless `end` is `exited`. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputTruncated: boolean;
  /** From spawn to the end of the last process, including the sandbox's own set-up (about 30 ms). */
  readonly durationMs: number;
  readonly peakRssMb: number;
  readonly cpuMs: number;
  /** In the command's own notation: `/etc/hosts`, `../x`, `~/x`. At most 100. */
  readonly outsideWrites: readonly string[];
  /** The reason why it could not start, or the limit that it exceeded; for the operator. */
  readonly reason?: string;
}

export interface Sandbox {
  /** For logs and reports: the confinement of the commands. */
  readonly name: 'bubblewrap' | 'none';
  /** The path of the working copy inside. */
  workspacePath(workspace: string): string;
  /** The path inside of a mount with an absolute target. */
  mountPath(mount: SandboxMount): string;
  /**
   * Host user that owns the command's files, when it is not the runner's own: working copies are chowned to it.
   */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  run(run: SandboxRun): Promise<SandboxOutcome>;
}
