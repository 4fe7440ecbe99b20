import { posix } from 'node:path';

const endings = [
  '',
  '.js',
  '.mjs',
  '.cjs',
  '.ts',
  '.mts',
  '.cts',
  '.tsx',
  '.jsx',
  '/index.js',
  '/index.mjs',
  '/index.ts',
  '/index.tsx',
  '.json',
];

/** The project file of a relative import; undefined for packages and missing files. */
export function resolveModule(from: string, module: string, paths: ReadonlySet<string>): string | undefined {
  if (/^\.{1,2}(?:\/|$)/.test(module)) {
    const base = posix.normalize(posix.join(posix.dirname(from), module));
    const plain = endings.map((ending) => `${base}${ending}`).find((path) => paths.has(path));
    // TypeScript files are imported by the name of their output.
    return (
      plain ??
      [base.replace(/\.([cm]?)js$/, '.$1ts'), base.replace(/\.jsx?$/, '.tsx')].find((path) => paths.has(path))
    );
  }
  if (!/^[\w.]+$/.test(module)) return undefined;
  // Python: a dotted module from the root, from `src`, or beside the file.
  const inside = module.replace(/^\.+/, '').replaceAll('.', '/');
  const folders = module.startsWith('.') ? [posix.dirname(from)] : ['', 'src', posix.dirname(from)];
  for (const folder of folders)
    for (const path of [`${inside}.py`, `${inside}/__init__.py`]) {
      const full = posix.normalize(posix.join(folder, path));
      if (paths.has(full)) return full;
    }
  return undefined;
}
