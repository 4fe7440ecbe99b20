/** A word of a command line as people type it: no expansion, quotes only around all of it. */
const word = /(^|\s)(["']?)([\w@%+,./-]+)\2(?=\s|$)/g;

/**
 * A command line with the files that it names from where its author stood made absolute, because it will run somewhere
 * else: in a working copy. What the copy itself has under that name is left to it.
 */
export function locateCommand(
  command: string,
  places: {
    readonly folder: string;
    readonly isFile: (path: string) => boolean;
    readonly isInCopy: (path: string) => boolean;
  },
): string {
  return command.replaceAll(word, (whole: string, before: string, quote: string, name: string) => {
    const isPath = /[./]/.test(name) && !name.startsWith('/') && !name.startsWith('-');
    const path = `${places.folder}/${name.replace(/^(?:\.\/)+/, '')}`;
    const isMeant = isPath && places.isFile(path) && !places.isInCopy(name.replace(/^(?:\.\/)+/, ''));
    return isMeant ? `${before}${quote || "'"}${path}${quote || "'"}` : whole;
  });
}
