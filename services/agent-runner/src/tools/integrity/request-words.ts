/** The words of a request, to decide what it asks for. */
export interface RequestWords {
  readonly text: string;
  /** Its words in their short form; names in code as their parts as well. */
  readonly words: ReadonlySet<string>;
  /** Quoted texts and numbers. */
  readonly literals: ReadonlySet<string>;
}

const common = new Set(
  'a an and any all are as at be by can do does for from get has have in into is it its make new no not of on one or our please should so some test tests testing that the their them then there these this to use using value values fixture fixtures snapshot snapshots text texts want we when which will with would you your add added adds change changes changed code file files function functions method return returns returned fix fixed bug improve update need also more less than only each every must call calls called result results work works run runs same work correctly return expected given input output case cases name src lib index main'.split(
    ' ',
  ),
);

const stem = (word: string): string =>
  word.length <= 3 ? word : word.replace(/(?:ing|ed|es|s|er|ies|e|y|ion|ation|ly)$/, '');

/** `parseGuestList` is parse, guest and list. */
const wordsIn = (text: string): readonly string[] =>
  text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word.length > 1 && !/^\d+$/.test(word));

/** The path of a file to write tells nothing about other files. */
const place = /\b(?:in|to|into|from|of|at)\s+(?:[\w.-]+\/)+[\w.-]+\.\w+/g;

export function requestWords(text: string): RequestWords {
  const words = wordsIn(text.replaceAll(place, ' ')).filter((word) => !common.has(word));
  const quoted = [...text.matchAll(/"([^"]+)"|'([^']+)'|`([^`]+)`|“([^”]+)”|‘([^’]+)’/g)].flatMap((match) =>
    match.slice(1).filter((one) => one !== undefined),
  );
  const numbers = text.match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w])/g) ?? [];
  return { text, words: new Set(words.map(stem)), literals: new Set([...quoted, ...numbers]) };
}

/** Whether a text and the request have the same subject: they share a meaningful word. */
export const speaksOf = ({ words }: RequestWords, text: string): boolean =>
  wordsIn(text).some((word) => !common.has(word) && words.has(stem(word)));

/** Whether a name of code occurs in the request, verbatim or in words. */
export function names({ text, words }: RequestWords, name: string): boolean {
  if (name.length > 2 && text.includes(name)) return true;
  const parts = wordsIn(name).filter((part) => !common.has(part));
  return parts.length > 0 && parts.every((part) => words.has(stem(part)));
}

/** Whether a name is a shorter form of a word of the request, or a longer one: `stats` of "statistics". */
export const abbreviates = ({ words }: RequestWords, name: string): boolean => {
  const short = stem(name.toLowerCase());
  return [...words].some(
    (word) => Math.min(word.length, short.length) >= 4 && (word.startsWith(short) || short.startsWith(word)),
  );
};

/** Whether a literal occurs in the request. */
export const namesLiteral = ({ text, literals }: RequestWords, literal: string): boolean =>
  literals.has(literal) ||
  (literal.trim().length > 2 &&
    !/^-?[\d.]+$/.test(literal) &&
    text.toLowerCase().includes(literal.trim().toLowerCase()));

/** Whether a request wants the same behaviour in another way: faster, simpler, in less memory. */
export const asksForSameBehaviour = ({ text }: RequestWords): boolean =>
  /\b(?:fast|quick|slow|speed|perform|optimi[sz]|efficien|memory|laz(?:y|ily)|cach|memoi|simpl|refactor|clean|readab|tid(?:y|ier)|restructur|clearer|without (?:chang|cop|recurs)|same (?:behaviou?r|results?|output|answers?|checks?)|behaviou?r (?:stays|unchanged))/i.test(
    text,
  );

export const asksToRemove = ({ text }: RequestWords): boolean =>
  /\b(?:remov|delet|drop|retir|deprecat|get(?:ting)? rid|strip|no longer|discontinu|eliminat|prun|unused|dead|obsolete|clean(?:ing|ed)?[ -]?up|replac|stop support)/i.test(
    text,
  );
