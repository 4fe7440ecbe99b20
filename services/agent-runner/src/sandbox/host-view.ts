/** One mounted file system of the host, from `/proc/self/mountinfo`. */
export interface HostMount {
  readonly path: string;
  readonly type: string;
  readonly isDirectory: boolean;
}

export interface HostEntry {
  readonly name: string;
  readonly kind: 'directory' | 'file' | 'link';
  readonly target?: string;
}

/** The view of one host path in a `command` run. */
export type ViewNode =
  /** A throw-away layer over the host's folder; `hidden` are absolute paths below it that must not be seen. */
  | { readonly kind: 'layer'; readonly path: string; readonly hidden: readonly string[] }
  /** An empty folder, for mounts below it. */
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | FileNode;

/** A file that no layer covers: read-only, or a copy that is compared afterwards. */
interface FileNode {
  readonly kind: 'file';
  readonly path: string;
  readonly isCopied?: boolean;
}

export interface HostViewInput {
  readonly mounts: readonly HostMount[];
  /** Paths that are absent inside, with everything below them. */
  readonly hidden: readonly string[];
  /**
   * The kernel lets only a privileged mounter lay over a folder that has other mounts below it: for other users that
   * would uncover the paths below those mounts.
   */
  readonly privileged: boolean;
  /** Paths of the command line itself, with their folders: shown even where they would be hidden otherwise. */
  readonly named: readonly NamedPath[];
  readonly list: (folder: string) => readonly HostEntry[];
}

export interface NamedPath {
  readonly path: string;
  readonly kind: 'directory' | 'file';
}

/** Replaced by private ones, or useless and dangerous: sockets, devices, the kernel's own. */
const privateFolders = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp'] as const;

/** File systems whose contents are files. Network ones are left out: a dead server would hang the run. */
const layerTypes = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'bcachefs',
  'overlay',
  'tmpfs',
]);
const maxDepth = 4;

const isBelow = (path: string, folder: string) => path.startsWith(folder === '/' ? '/' : `${folder}/`);
const isAtOrBelow = (path: string, folder: string) => path === folder || isBelow(path, folder);
/**
 * The host as a `command` run sees it: layers that together show every local file except hidden ones. Parents come
 * before children.
 */
export function planHostView(input: HostViewInput): readonly ViewNode[] {
  const view = input.privileged ? planWhole(input) : planPieces(input);
  return [...view, ...planNamed(input, view)];
}

export const isPrivate = (path: string) => privateFolders.some((folder) => isAtOrBelow(path, folder));

const layerOf = (path: string, hidden: readonly string[]): ViewNode => ({
  kind: 'layer',
  path,
  hidden: hidden.filter(
    (candidate) =>
      isBelow(candidate, path) && !isPrivate(candidate) && !hidden.some((above) => isBelow(candidate, above)),
  ),
});

function isLayerable(path: string, mounts: readonly HostMount[]): boolean {
  const mount = mounts.find((candidate) => candidate.path === path);
  // These characters separate the fields and options of an overlay mount.
  return !/[:,\\]/.test(path) && (!mount || layerTypes.has(mount.type));
}

function planWhole({ mounts, hidden }: HostViewInput): readonly ViewNode[] {
  const isHidden = (path: string) => hidden.some((above) => isAtOrBelow(path, above));
  const shown = mounts.filter(
    (mount) => mount.path !== '/' && !isPrivate(mount.path) && !isHidden(mount.path),
  );
  const folders = shown.filter((mount) => mount.isDirectory && isLayerable(mount.path, mounts));
  const files = shown.filter((mount) => !mount.isDirectory);
  const paths = (of: readonly HostMount[]) => [...new Set(of.map((mount) => mount.path))].sort();
  return [
    layerOf('/', hidden),
    ...paths(folders).map((path) => layerOf(path, hidden)),
    ...paths(files).map((path): ViewNode => ({ kind: 'file', path })),
  ];
}

function planPieces({ mounts, hidden, list }: HostViewInput): readonly ViewNode[] {
  const isHidden = (path: string) => hidden.some((above) => isAtOrBelow(path, above));
  const visit = (folder: string, depth: number): readonly ViewNode[] =>
    list(folder).flatMap((entry): readonly ViewNode[] => {
      const path = folder === '/' ? `/${entry.name}` : `${folder}/${entry.name}`;
      if (isHidden(path) || isPrivate(path)) return [];
      if (entry.kind === 'link') return [{ kind: 'link', path, target: entry.target ?? '' }];
      if (entry.kind === 'file') return [{ kind: 'file', path }];
      if (!isLayerable(path, mounts)) return [];
      if (!mounts.some((mount) => isBelow(mount.path, path))) return [layerOf(path, hidden)];
      return depth < maxDepth ? [{ kind: 'folder', path }, ...visit(path, depth + 1)] : [];
    });
  return visit('/', 1);
}

function planNamed(input: HostViewInput, view: readonly ViewNode[]): readonly ViewNode[] {
  const longest = (paths: readonly string[], path: string) =>
    Math.max(-1, ...paths.filter((candidate) => isAtOrBelow(path, candidate)).map((found) => found.length));
  const layers = view.flatMap((node) => (node.kind === 'layer' ? [node.path] : []));
  const mounts = input.mounts.map((mount) => mount.path);
  const isShown = (path: string) => !isPrivate(path) && longest(layers, path) >= longest(mounts, path);
  // Naming a path does not uncover a secret, and the kernel's own folders stay private whatever is named in them.
  const isNeverShown = (path: string) =>
    input.hidden.some((hidden) => isAtOrBelow(path, hidden)) ||
    ['/proc', '/sys', '/dev'].some((folder) => isAtOrBelow(path, folder));
  const isPlain = (folder: string) =>
    isLayerable(folder, input.mounts) && !input.mounts.some((mount) => isBelow(mount.path, folder));

  const folders = new Set<string>();
  const files = new Set<string>();
  for (const { path, kind } of input.named) {
    if (isShown(path) || isNeverShown(path)) continue;
    const folder = kind === 'directory' ? path : path.slice(0, path.lastIndexOf('/'));
    // All of /tmp, or a folder with hidden paths, would show far more than the named path.
    const isTooMuch =
      folder.lastIndexOf('/') <= 0 ||
      privateFolders.some((root) => isAtOrBelow(root, folder)) ||
      input.hidden.some((hidden) => isAtOrBelow(hidden, folder));
    if (!isTooMuch && isPlain(folder)) folders.add(folder);
    else if (kind === 'file') files.add(path);
  }
  const kept = [...folders].filter((folder) => ![...folders].some((above) => isBelow(folder, above))).sort();
  return [
    ...kept.map((path) => layerOf(path, input.hidden)),
    ...[...files]
      .filter((path) => !kept.some((folder) => isBelow(path, folder)))
      .sort()
      .map((path): ViewNode => ({ kind: 'file', path })),
  ];
}

export function parseMountInfo(text: string, isDirectory: (path: string) => boolean): readonly HostMount[] {
  const unescape = (field: string) =>
    field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return text
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const path = unescape(before.split(' ')[4] ?? '/');
      return { path, type: after.split(' ')[0] ?? '', isDirectory: isDirectory(path) };
    });
}
