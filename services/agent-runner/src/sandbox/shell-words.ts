/** One word of a command line, with its position. */
export interface ShellWord {
  /** Without its quotes, as a program gets it. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Contains nothing that the shell expands (`$x`, `*`), except for a leading `~/`. */
  readonly isLiteral: boolean;
  /** Begins with `~/` outside of quotes. */
  readonly isBelowHome: boolean;
  /** The target of an output redirection (`> x`, `>> x`). */
  readonly isWritten: boolean;
}

/**
 * The words of a POSIX shell's command line, as far as needed to find its files and programs: quotes and
 * escapes are parsed; expansions are only marked.
 */
export function shellWords(line: string): readonly ShellWord[] {
  const words: ShellWord[] = [];
  let at = 0;
  while (at < line.length) {
    const character = line.charAt(at);
    if (/[\s;|&()<>]/.test(character)) at += 1;
    else if (character === '#') at += /^[^\n]*/.exec(line.slice(at))?.[0].length ?? 1;
    else {
      const word = readWord(line, at);
      words.push(word);
      at = word.end;
    }
  }
  return words;
}

/** One piece of a word; outside of quotes up to the end of the word. */
const piece = /'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|\\([^])|([^\s;|&()<>'"\\]+)|\\$/y;

function readWord(line: string, start: number): ShellWord {
  let text = '';
  let isLiteral = true;
  let end = start;
  for (piece.lastIndex = start; ;) {
    const [whole, single, double, escaped, plain] = piece.exec(line) ?? [];
    if (whole === undefined) break;
    end += whole.length;
    piece.lastIndex = end;
    text +=
      single ??
      double?.replaceAll(/\\([$`"\\\n])/g, unescaped) ??
      (escaped === '\n' ? '' : (escaped ?? plain ?? ''));
    isLiteral &&= !/(?<!\\)[$`]/.test(double ?? '') && !/[$`*?[]/.test(plain ?? '');
  }
  return {
    text,
    start,
    end,
    isLiteral,
    isBelowHome: line.startsWith('~/', start),
    isWritten: />[>|&]?[ \t]*$/.test(line.slice(0, start)),
  };
}

const unescaped = (_: string, character: string): string => (character === '\n' ? '' : character);
