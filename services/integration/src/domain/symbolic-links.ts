/** Every symbolic link of a tree: path to target. */
export type LinkTargets = ReadonlyMap<string, string>;

/** Like the kernel: a path with more links than this is treated as missing. */
const maxHops = 40;

/**
 * Paths of the links that lead out of the tree or into its `.git`, resolved both as the kernel does (through other links of
 * the tree) and by text alone, since tools do either.
 */
export function escapingLinks(links: LinkTargets): readonly string[] {
  const alone: LinkTargets = new Map();
  return [...links].flatMap(([path, target]) =>
    leadsOut(path, target, alone) || leadsOut(path, target, links) ? [path] : [],
  );
}

function leadsOut(path: string, target: string, links: LinkTargets): boolean {
  const place = path.split('/').slice(0, -1);
  const rest = [target];
  let hops = 0;
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (next.startsWith('/')) return true;
    const slash = next.indexOf('/');
    const name = slash < 0 ? next : next.slice(0, slash);
    // The part after a slash is relative to the current position, also when slashes are doubled.
    if (slash >= 0) rest.unshift(next.slice(slash + 1).replace(/^\/+/, ''));
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (place.length === 0) return true;
      place.pop();
      continue;
    }
    place.push(name);
    if (place.length === 1 && name.toLowerCase() === '.git') return true;
    const through = links.get(place.join('/'));
    if (through === undefined) continue;
    hops += 1;
    if (hops > maxHops) return false;
    place.pop();
    rest.unshift(through);
  }
  return false;
}
