import { shellQuote } from '../sandbox/sandbox-layout';
import { shellWords, type ShellWord } from '../sandbox/shell-words';

export interface CommandPlaces {
  /** Where the command's author stood, if that is known. */
  readonly folder: string | undefined;
  /** His home: `~` means it, and not the home that the sandbox gives. */
  readonly home: string;
  /** Folders that his shell looks for programs in, the first that has one wins. */
  readonly path: readonly string[];
  readonly isFile: (path: string) => boolean;
  readonly isProgram: (path: string) => boolean;
  readonly isInCopy: (path: string) => boolean;
}

export interface LocatedCommand {
  readonly command: string;
  /** Programs that the command names without a folder, where its author's shell would find them. */
  readonly programs: readonly string[];
}

/**
 * A command line with the files that it names from where its author stood made absolute, because it will run somewhere
 * else: in a working copy. What the copy itself has under that name is left to it.
 */
export function locateCommand(command: string, places: CommandPlaces): LocatedCommand {
  const words = shellWords(command);
  const located = words.reduceRight((line, word) => {
    const path = meantPath(word, places);
    return path === undefined ? line : line.slice(0, word.start) + shellQuote(path) + line.slice(word.end);
  }, command);
  return { command: located, programs: programsOf(words, places) };
}

function meantPath(
  { text, isLiteral, isBelowHome, isWritten }: ShellWord,
  places: CommandPlaces,
): string | undefined {
  // What is written belongs into the copy, or the sandbox's home, also where its author has a file of that name.
  if (!isLiteral || isWritten) return undefined;
  if (isBelowHome) {
    const path = `${places.home}/${text.slice(2)}`;
    return places.isFile(path) ? path : undefined;
  }
  if (places.folder === undefined) return undefined;
  if (!/[./]/.test(text) || text.startsWith('/') || text.startsWith('-')) return undefined;
  const name = text.replace(/^(?:\.\/)+/, '');
  const path = `${places.folder}/${name}`;
  return places.isFile(path) && !places.isInCopy(name) ? path : undefined;
}

/**
 * Any word may name a program: the one that stands where the shell looks for it often only starts another (`timeout 20 agent`,
 * `nice -n 5 agent`, `sh -c 'agent --fast'`), and each such has options of its own. A word that is a program's name by
 * chance makes that program visible, no more.
 */
function programsOf(words: readonly ShellWord[], places: CommandPlaces): readonly string[] {
  const all = words.flatMap((word) => [word, ...shellWords(word.text)]);
  const names = all.flatMap(({ text, isLiteral }) => (isLiteral && !text.includes('/') ? [text] : []));
  return [...new Set(names)].flatMap((name) => {
    const found = places.path.map((folder) => `${folder}/${name}`).find((path) => places.isProgram(path));
    return found === undefined ? [] : [found];
  });
}
