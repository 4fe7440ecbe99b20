import type { ViewNode } from './host-view';
import type { SandboxMount } from './sandbox';
import {
  copyOf,
  insidePaths,
  layeredMount,
  scratchFolders,
  shellQuote as quote,
  watchedScratch,
} from './sandbox-layout';

export interface SupervisorPlan {
  /** Folder on the host that the scratch file system is mounted on; empty before and after. */
  readonly scratch: string;
  readonly scratchMb: number;
  readonly view: readonly ViewNode[];
  /** False where the kernel has no overlays for this user: bubblewrap then shows the folders read-only. */
  readonly layers: boolean;
  /** Overlays in a user namespace keep their marks in `user.*` attributes. */
  readonly privileged: boolean;
  /** `$HOME` and `$TMPDIR` belong to this user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** The user database inside, so that programs can look up their user. */
  readonly passwd: string;
  /** Paths inside that bubblewrap mounts on. */
  readonly places: readonly string[];
  /** In the order of bubblewrap's. */
  readonly mounts: readonly SandboxMount[];
  readonly bubblewrap: readonly string[];
}

const maxInodes = 65_536;

/**
 * The shell program that runs inside a private mount namespace: builds the view, runs bubblewrap on it, and afterwards
 * writes the paths written outside to descriptor 3. It must run there and not in the runner: layers and scratch exist in
 * this namespace only, and vanish with it whatever happens to the runner.
 *
 * Report: NUL-separated records `setup<TAB>reason` | `started` | `wrote<TAB>path` | `removed<TAB>path` | `rights<TAB>path`
 * | `changed<TAB>path` | `left<TAB>path`, the last with a path below the scratch folder.
 */
export function supervisorScript(plan: SupervisorPlan): string {
  return [
    `S=${quote(plan.scratch)}`,
    `fail() { printf 'setup\\t%s\\0' "$1: $(tail -n 1 "$S/setup.log" 2>/dev/null)" >&3; exit 125; }`,
    `mount -t tmpfs -o size=${plan.scratchMb}m,nr_inodes=${maxInodes},mode=0755 tmpfs "$S" || fail 'no scratch file system'`,
    `exec 7<&0 5>&2 2>"$S/setup.log"`,
    `cd "$S" && mkdir ${Object.values(scratchFolders).join(' ')} || fail 'no scratch folders'`,
    `chmod 1777 ${scratchFolders.tmp} ${scratchFolders.varTmp} ${scratchFolders.sharedMemory}`,
    ...(plan.owner
      ? [`chown ${plan.owner.uid}:${plan.owner.gid} ${scratchFolders.home} ${scratchFolders.temporary}`]
      : []),
    // npm checks the network for its own updates, and takes half a second to fail.
    `printf 'update-notifier=false\\nfund=false\\naudit=false\\n' > ${scratchFolders.home}/.npmrc`,
    `printf '%s' ${quote(plan.passwd)} > passwd`,
    ...plan.view.flatMap((node, index) => viewCommands(node, index, plan)),
    ...plan.mounts.flatMap((mount, index) => mountCommands(mount, index, plan)),
    // bubblewrap would create missing parents for itself only.
    `mkdir -p ${[...new Set(plan.places.map((place) => placeInScratch(parentOf(place))))].map(quote).join(' ')} || fail 'no places to mount on'`,
    `${listWatched(plan)} > watched.before`,
    `child=; stopped=; canceled=`,
    `stop() { stopped=1; [ -n "$child" ] && kill -KILL "$child" 2>/dev/null; }`,
    `trap stop TERM`,
    // The report of a canceled run is not read, and many runs may be canceled at once.
    `trap 'canceled=1; stop' USR1`,
    `printf 'started\\0' >&3`,
    `${plan.bubblewrap.map(quote).join(' ')} <&7 2>&5 3>&- 7<&- 5>&- 6>info & child=$!`,
    // The shell's own copies would keep the command's pipes open.
    `exec 4<&- 7<&- 5>&- >/dev/null </dev/null`,
    `[ -n "$stopped" ] && kill -KILL "$child" 2>/dev/null`,
    // A signal that is trapped ends \`wait\` before the child has ended.
    `wait "$child"; status=$?; while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done`,
    // bubblewrap ends before the last of its processes; none may still write while the copy is read. The namespace's
    // first process outlives all others; as a zombie it only waits to be reaped, which not every init does.
    `init=; while read -r key value; do case $key in '"child-pid":') init=\${value%,} ;; esac; done < info`,
    `lives() { read -r _ _ state _ 2>/dev/null < "/proc/$init/stat" && [ "$state" != Z ] && [ "$state" != X ]; }`,
    `left=100; while [ -n "$init" ] && [ $left -gt 0 ] && lives; do left=$((left - 1)); sleep 0.02; done`,
    `[ -n "$canceled" ] && exit "$status"`,
    `{`,
    ...plan.view.flatMap((node, index) => report(node, index, plan)),
    // Through a pipe: the command may have left no space for a file.
    `${listWatched(plan)} | grep -vxF -f watched.before | while IFS= read -r path; do printf 'left\\t%s\\0' "$path"; done`,
    `} 2>/dev/null | head -c 100000 >&3`,
    `exit $status`,
  ].join('\n');
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

/** The private folders are mounted from separate folders. */
function placeInScratch(path: string): string {
  const own = watchedScratch.find(
    ({ inside }) => inside !== '' && (path === inside || path.startsWith(`${inside}/`)),
  );
  return own ? `${own.folder}${path.slice(own.inside.length)}` : `${scratchFolders.root}${path}`;
}

function viewCommands(
  node: ViewNode,
  index: number,
  { privileged, layers }: Pick<SupervisorPlan, 'privileged' | 'layers'>,
): readonly string[] {
  // In a namespace that knows this user only, a file cannot be chowned to another one.
  const copy = privileged ? 'cp -aL' : 'cp -L --preserve=mode';
  const target = placeInScratch(node.path);
  switch (node.kind) {
    case 'folder':
      return [`mkdir -p ${quote(target)}`];
    case 'link':
      return [`ln -s ${quote(node.target)} ${quote(target)}`];
    case 'file': {
      // bubblewrap binds the file; it would create a missing mount point there.
      if (!node.isCopied) return [];
      const { shown, was } = copyOf(index);
      return [
        `${copy} ${quote(node.path)} ${shown} && ${copy} ${shown} ${was} || fail ${quote(`no copy of ${node.path}`)}`,
      ];
    }
    case 'layer': {
      if (!layers) return [`mkdir -p ${quote(target)}`];
      const layer = `${scratchFolders.layers}/${index}`;
      const whiteouts = node.hidden.map((path) => {
        const place = `${layer}/hide/${path.slice(node.path === '/' ? 1 : node.path.length + 1)}`;
        // A character device 0/0 in a layer means that the path was removed from the lower ones. When the host does not have
        // it either, its parent folders would be reported wrongly: hence the test.
        return `[ -e ${quote(path)} ] && { mkdir -p ${quote(place.slice(0, place.lastIndexOf('/')))} && mknod ${quote(place)} c 0 0 || fail ${quote(`cannot hide ${path}`)}; }`;
      });
      const options = [
        `lowerdir=${layer}/hide:${node.path}`,
        `upperdir=${layer}/up`,
        `workdir=${layer}/work`,
        ...(privileged ? [] : ['userxattr']),
      ];
      return [
        `mkdir -p ${layer}/up ${layer}/work ${layer}/hide ${quote(target)}`,
        ...whiteouts,
        ...(node.path === '/'
          ? [`mkdir -p ${layer}/hide/etc && cat /etc/passwd passwd > ${layer}/hide/etc/passwd`]
          : []),
        // The layer's top folder decides about write permission in it: same as on the host.
        `chmod --reference=${quote(node.path)} ${layer}/up 2>/dev/null${privileged ? `; chown --reference=${quote(node.path)} ${layer}/up` : ''}`,
        `mount -t overlay -o ${quote(options.join(','))} overlay ${quote(target)} || fail ${quote(`no layer over ${node.path}`)}`,
      ];
    }
  }
}

/** The layer's top folder belongs to the user, independent of the owner of the paths below it. */
function mountCommands(
  { source, access }: SandboxMount,
  index: number,
  { privileged, owner }: Pick<SupervisorPlan, 'privileged' | 'owner'>,
): readonly string[] {
  if (access !== 'layered') return [];
  const { merged, upper, work } = layeredMount(index);
  const options = [
    `lowerdir=${source}`,
    `upperdir=${upper}`,
    `workdir=${work}`,
    ...(privileged ? [] : ['userxattr']),
  ];
  return [
    `mkdir -p ${merged} ${upper} ${work}`,
    `chmod 0755 ${upper}`,
    ...(owner ? [`chown ${owner.uid}:${owner.gid} ${upper}`] : []),
    `mount -t overlay -o ${quote(options.join(','))} overlay ${merged} || fail ${quote(`no layer over ${source}`)}`,
  ];
}

function report(node: ViewNode, index: number, { layers, privileged }: SupervisorPlan): readonly string[] {
  switch (node.kind) {
    case 'folder':
      return [];
    case 'link':
      return [linkReport(node)];
    case 'file':
      return node.isCopied ? [copyReport(node, index)] : [];
    case 'layer':
      return layers ? [layerReport(node, index, privileged)] : [];
  }
}

/**
 * The content of the layer: new files, removed files, and differences from the host in content or permissions. A file
 * that was only opened for writing is copied into the layer unchanged, which is no write; a new time is none either.
 * Extended attributes are not compared.
 */
function layerReport({ path }: ViewNode, index: number, privileged: boolean): string {
  const layer = `$S/${scratchFolders.layers}/${index}`;
  const inner = [
    `base=$1 hide=$2 merged=$3 began=$4; shift 4`,
    `rights() { stat -c %a:%u:%g "$1"; }`,
    `present() { [ -e "$1" ] || [ -L "$1" ]; }`,
    // A replaced folder leaves no mark for its former content: it is on the host only. Marks of
    // the host's own layers (character devices) and files that appeared there meanwhile are not visible through the layer either.
    `replaced() {`,
    `for e in "$1"/* "$1"/.[!.]* "$1"/..?*; do n=\${e##*/}`,
    `present "$e" && [ ! -c "$e" ] && [ ! -e "$2/$n" ] && [ ! -L "$2/$n" ] && ! present "$4/$n" && [ ! -c "$3/$n" ] && [ ! "$e" -nt "$began" ] && return 0`,
    `done; return 1; }`,
    `for f; do`,
    `r=\${f#./}; h="$base/$r"`,
    `if [ -d "$f" ] && [ ! -L "$f" ]; then`,
    `if [ ! -d "$h" ] || [ -L "$h" ] || replaced "$h" "$f" "$hide/$r" "$merged/$r"; then printf 'wrote\\t%s\\0' "$h"; continue; fi`,
    // A folder with hidden paths has the permissions of the hiding one.
    `was=$h; [ -d "$hide/$r" ] && was=$hide/$r`,
    `[ "$(rights "$f")" = "$(rights "$was")" ] || printf 'rights\\t%s\\0' "$h"`,
    `elif [ -c "$f" ]; then present "$h" || continue; printf 'removed\\t%s\\0' "$h"`,
    // A file that is shown with an addition had that content, and not the host's.
    `else was=$h; [ -f "$hide/$r" ] && was=$hide/$r`,
    `[ -f "$f" ] && [ ! -L "$f" ] && [ -f "$was" ] && [ ! -L "$was" ] && cmp -s "$f" "$was" && [ "$(rights "$f")" = "$(rights "$was")" ] && continue`,
    `printf 'wrote\\t%s\\0' "$h"; fi`,
    `done`,
  ].join('\n');
  const base = quote(path === '/' ? '' : path);
  const places = `${base} "${layer}/hide" "$S"/${quote(placeInScratch(path))} "$S/watched.before"`;
  // The top folder cannot be chowned in a namespace that knows this user only.
  const rights = privileged ? '%a:%u:%g' : '%a';
  return [
    `(cd "${layer}/up" && find . -mindepth 1 -exec sh -c ${quote(inner)} sh ${places} {} +`,
    `[ "$(stat -c ${rights} .)" = "$(stat -c ${rights} ${quote(path)})" ] || printf 'rights\\t%s\\0' ${quote(path)})`,
  ].join('\n');
}

const linkReport = ({ path, target }: Extract<ViewNode, { kind: 'link' }>): string =>
  `[ "$(readlink ${quote(placeInScratch(path))})" = ${quote(target)} ] || printf 'changed\\t%s\\0' ${quote(path)}`;

function copyReport({ path }: ViewNode, index: number): string {
  const { shown, was } = copyOf(index);
  const rights = (file: string) => `"$(stat -c %a:%u:%g ${file})"`;
  return `cmp -s ${shown} ${was} && [ ${rights(shown)} = ${rights(was)} ] || printf 'changed\\t%s\\0' ${quote(path)}`;
}

/** Names of all files in the private folders of the run. */
function listWatched({ view, layers }: Pick<SupervisorPlan, 'view' | 'layers'>): string {
  // A layer over the whole host is reported as a layer; its listing would be that of the host.
  const isLayered = layers && view.some((node) => node.kind === 'layer' && node.path === '/');
  const watched = watchedScratch.filter(({ folder }) => folder !== scratchFolders.root || !isLayered);
  return `find ${watched.map(({ folder }) => folder).join(' ')} -xdev -mindepth 1`;
}

/** Parsed report of the supervisor. */
export interface SupervisorReport {
  readonly started: boolean;
  readonly setupFailure?: string;
  readonly outsideWrites: readonly string[];
}

/** `own` are paths that the sandbox itself created, mount points; their parents are its own too. */
export function readSupervisorReport(text: string, own: readonly string[]): SupervisorReport {
  const records = text.split('\0').filter((record) => record.length > 0);
  const setupFailure = records.find((record) => record.startsWith('setup\t'))?.slice('setup\t'.length);
  const isOwn = (path: string) => own.some((place) => place === path || place.startsWith(`${path}/`));
  const outside = records.flatMap((record) => {
    const [verb = '', named = ''] = record.split('\t');
    const path = verb === 'left' ? insideName(named) : named;
    // Mount points are created without changes of permissions, and are never copies or links.
    if (verb === 'rights' || verb === 'changed') return [asTheCommandNamesIt(path)];
    if (!['wrote', 'removed', 'left'].includes(verb) || isOwn(path) || isToolState(path)) return [];
    return [asTheCommandNamesIt(path)];
  });
  return {
    started: records.includes('started'),
    ...(setupFailure === undefined ? {} : { setupFailure }),
    outsideWrites: withoutChildren([...new Set(outside)].sort()).slice(0, 100),
  };
}

function insideName(scratchPath: string): string {
  const folder = watchedScratch.find((watched) => scratchPath.startsWith(`${watched.folder}/`));
  return folder ? folder.inside + scratchPath.slice(folder.folder.length) : scratchPath;
}

/** Java keeps counters in `/tmp`, whatever `$TMPDIR` is, and leaves their folder there. */
const isToolState = (path: string) =>
  path.startsWith(`${insidePaths.home}/.`) || /^\/tmp\/hsperfdata_/.test(path);

function asTheCommandNamesIt(path: string): string {
  if (path.startsWith(`${insidePaths.home}/`)) return `~/${path.slice(insidePaths.home.length + 1)}`;
  return path.startsWith('/ymera/') ? `../${path.slice('/ymera/'.length)}` : path;
}

/** A new folder is reported without its content. */
function withoutChildren(sorted: readonly string[]): readonly string[] {
  return sorted.filter((path) => !sorted.some((parent) => path !== parent && path.startsWith(`${parent}/`)));
}
