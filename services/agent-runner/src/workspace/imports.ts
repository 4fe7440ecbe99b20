import { posix } from 'node:path';

const relativeSpecifier = /(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g;
const pythonModule = /^[ \t]*(?:from|import)[ \t]+(\.*)([A-Za-z_][\w.]*)?/gm;

const script = /\.[cm]?[jt]sx?$|\.(?:vue|svelte)$/;
const python = /\.pyi?$/;

export const canImport = (path: string): boolean => script.test(path) || python.test(path);

/** Paths, without extension where the text has none, that a file of JavaScript, TypeScript or Python imports from its own project. */
export function importedPaths(path: string, text: string): readonly string[] {
  const folder = posix.dirname(path);
  if (script.test(path))
    return [...text.matchAll(relativeSpecifier)].flatMap(([, specifier]) =>
      specifier === undefined ? [] : [posix.normalize(posix.join(folder, specifier))],
    );
  if (!python.test(path)) return [];
  return [...text.matchAll(pythonModule)].flatMap(([, dots = '', name = '']) => {
    const place = name.replaceAll('.', '/');
    if (dots === '') return [place, posix.join(folder, place), posix.join('src', place)];
    return [posix.normalize(posix.join(folder, '../'.repeat(dots.length - 1), place))];
  });
}

/** Whether an import refers to this file, or to a file in this folder, which ends in a slash. */
export function isMeantBy(imported: string, path: string): boolean {
  if (path.endsWith('/')) return imported === path.slice(0, -1) || imported.startsWith(path);
  const stem = path.replace(/\.[^./]+$/, '');
  const withoutIndex = stem.replace(/\/(?:index|__init__)$/, '');
  return [path, stem, withoutIndex].includes(imported) || stem === imported.replace(/\.[cm]?[jt]sx?$/, '');
}
