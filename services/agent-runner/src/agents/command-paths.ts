import { shellQuote } from '../sandbox/sandbox-layout';
import { shellWords, type ShellWord } from '../sandbox/shell-words';

export interface CommandPlaces {
  /** The author's working directory, if known. */
  readonly folder: string | undefined;
  /** The author's home: `~` means it, not the home inside the sandbox. */
  readonly home: string;
  /** The folders of the author's PATH, in order of precedence. */
  readonly path: readonly string[];
  readonly isFile: (path: string) => boolean;
  readonly isProgram: (path: string) => boolean;
  readonly isInCopy: (path: string) => boolean;
}

export interface LocatedCommand {
  readonly command: string;
  /** Programs that the command names without a folder, at the paths where its author's shell finds them. */
  readonly programs: readonly string[];
}

/**
 * A command line with the files relative to the author's directory made absolute, because it will run elsewhere: in a
 * working copy. Files of the copy with the same name take precedence.
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
  // An output path belongs into the copy, or the sandbox's home, also when the author has a file of that name.
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
 * Any word may name a program: the first one often only starts another (`timeout 20 agent`,
 * `nice -n 5 agent`, `sh -c 'agent --fast'`), and each of these has its own options. A word that is a program's name by
 * chance makes that program visible and nothing more.
 */
function programsOf(words: readonly ShellWord[], places: CommandPlaces): readonly string[] {
  const all = words.flatMap((word) => [word, ...shellWords(word.text)]);
  const names = all.flatMap(({ text, isLiteral }) => (isLiteral && !text.includes('/') ? [text] : []));
  return [...new Set(names)].flatMap((name) => {
    const found = places.path.map((folder) => `${folder}/${name}`).find((path) => places.isProgram(path));
    return found === undefined ? [] : [found];
  });
}
