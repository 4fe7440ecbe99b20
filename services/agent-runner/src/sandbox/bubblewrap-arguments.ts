import type { ViewNode } from './host-view';
import { copyOf, insidePaths, layeredMount, scratchFolders } from './sandbox-layout';
import type { SandboxLimits, SandboxMount, SandboxProfile } from './sandbox';

export interface BubblewrapPlan {
  readonly profile: SandboxProfile;
  readonly scratch: string;
  readonly workspace: string;
  readonly view: readonly ViewNode[];
  /** Set when there are no throw-away layers: the paths that must be hidden instead. */
  readonly covered?: readonly { readonly path: string; readonly isDirectory: boolean }[];
  /** Host paths shown read-only at their own paths. */
  readonly readable: readonly string[];
  /** Targets are absolute. */
  readonly mounts: readonly SandboxMount[];
  readonly network: boolean;
  readonly limits: SandboxLimits;
  readonly argv: readonly string[];
  /** The user to switch to, when the runner is root and may choose. Otherwise the runner's own user, in a namespace. */
  readonly become: { readonly uid: number; readonly gid: number } | undefined;
  readonly self: { readonly uid: number; readonly gid: number };
}

/** The supervisor reads the first process of the namespace from it. */
const infoDescriptor = 6;
/** The source of the environment: arguments are visible to every user of the host. */
const environmentDescriptor = 4;

/**
 * The command line of bubblewrap (0.5 or newer).
 *
 * Run by root, the command gets a user that owns nothing but the working copy. A user namespace alone is not enough:
 * whatever number it shows inside, the kernel still sees root, whom process limits do not bind and who owns
 * root's files. On the throw-away layers of the `command` profile it keeps the capability to write in spite of permissions:
 * a write that root's own run would have made must happen there to be detected, and it changes only the layer.
 */
export function bubblewrapArguments(plan: BubblewrapPlan): readonly string[] {
  const scratch = (folder: string) => `${plan.scratch}/${folder}`;
  const readOnly = (path: string) => ['--ro-bind', path, path];
  return [
    'bwrap',
    ...[
      '--die-with-parent',
      '--new-session',
      '--unshare-ipc',
      '--unshare-pid',
      '--unshare-uts',
      '--unshare-cgroup-try',
    ],
    ...(plan.network ? [] : ['--unshare-net']),
    ...(plan.become
      ? ['--cap-drop', 'ALL', ...capabilitiesUntilThen.flatMap((name) => ['--cap-add', `CAP_${name}`])]
      : ['--unshare-user', '--uid', `${plan.self.uid}`, '--gid', `${plan.self.gid}`]),
    ...['--hostname', 'ymera-sandbox', '--info-fd', `${infoDescriptor}`],
    ...['--bind', scratch(scratchFolders.root), '/'],
    ...(plan.covered ? plan.view.flatMap((node) => (node.kind === 'layer' ? readOnly(node.path) : [])) : []),
    ...(plan.covered ?? []).flatMap(({ path, isDirectory }) =>
      isDirectory ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path],
    ),
    ...plan.readable.flatMap(readOnly),
    ...(plan.profile === 'project' ? ['--ro-bind', scratch('passwd'), '/etc/passwd'] : []),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--bind', scratch(scratchFolders.sharedMemory), '/dev/shm', '--remount-ro', '/dev'],
    ...['--bind', scratch(scratchFolders.tmp), '/tmp'],
    ...['--bind', scratch(scratchFolders.varTmp), '/var/tmp'],
    ...['--bind', scratch(scratchFolders.run), '/run'],
    ...['--bind', scratch(scratchFolders.home), insidePaths.home],
    ...['--bind', scratch(scratchFolders.temporary), insidePaths.temporary],
    ...plan.view.flatMap((node, index) => {
      if (node.kind !== 'file') return [];
      return node.isCopied ? ['--bind', scratch(copyOf(index).shown), node.path] : readOnly(node.path);
    }),
    ...['--bind', plan.workspace, insidePaths.workspace],
    ...plan.mounts.flatMap(({ source, target, access }, index) => {
      if (access === 'layered') return ['--bind', scratch(layeredMount(index).merged), target];
      return [access === 'write' ? '--bind' : '--ro-bind', source, target];
    }),
    ...['--chdir', insidePaths.workspace, '--clearenv', '--args', `${environmentDescriptor}`],
    '--',
    ...(plan.become ? becomeArguments(plan.become, plan.profile) : []),
    ...limitArguments(plan.limits),
    ...plan.argv,
  ];
}

/** The content of bubblewrap's descriptor for the environment. */
export const environmentInput = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .flatMap(([name, value]) => ['--setenv', name, value])
    .map((argument) => `${argument}\0`)
    .join('');

/** The capabilities that the last step before the command needs to switch the user, and to enter a folder of that user. */
const capabilitiesUntilThen = ['SETUID', 'SETGID', 'SETPCAP', 'DAC_OVERRIDE'];

function becomeArguments(user: { uid: number; gid: number }, profile: SandboxProfile): readonly string[] {
  const kept = profile === 'command' ? '-all,+dac_override' : '-all';
  return [
    ...['setpriv', '--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups'],
    ...[`--inh-caps=${kept}`, `--ambient-caps=${kept}`, `--bounding-set=${kept}`, '--'],
  ];
}

/** `data` and not address space: engines such as V8 reserve far more addresses than they will ever use. */
function limitArguments(limits: SandboxLimits): readonly string[] {
  const mebibyte = 1_048_576;
  return [
    'prlimit',
    `--nproc=${limits.processes}`,
    `--cpu=${limits.cpuSeconds}`,
    `--fsize=${limits.fileSizeMb * mebibyte}`,
    `--data=${limits.memoryMb * mebibyte}`,
    '--core=0',
    '--',
  ];
}
