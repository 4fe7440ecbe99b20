import { isAlsoNoun, isVerb } from './verbs';

/** An order in the imperative: "add unit tests for the parser". */
export interface Clause {
  /** In its base form; `clean up` and the like are one verb. */
  readonly verb: string;
  /** The first noun phrase after the verb, without articles; its last word is its head. */
  readonly object: readonly string[];
  /** The words after the object. */
  readonly rest: string;
}

const opening = new RegExp(
  `^(?:${[
    '[-*•>]+',
    String.raw`\d+[.)]`,
    'please',
    'kindly',
    'just',
    'now',
    'also',
    'first',
    'then',
    'and',
    'but',
    'so',
    'hi',
    'hello',
    'hey',
    'quickly',
    'ok',
    'to',
    "let(?:'|’)?s",
    // eslint-disable-next-line ymera/plain-language -- what people write
    '(?:can|could|would|will|should) (?:you|we|i|someone|somebody)',
    "(?:i|we)(?:(?:’|')d| would)? like(?: you)? to",
    '(?:i|we) (?:want|need)(?: you)? to',
    '(?:i|we|you) (?:should|must|have to)',
    'help (?:me|us)(?: to)?',
    '(?:your|the|my) task is to',
    'go(?: ahead)? and',
    'try to',
    'make sure to',
  ].join('|')})(?=\\s|$)[\\s,]*`,
);

/** "I would like a review": the words that follow are a thing, as after a verb of making. */
const wish =
  /^(?:(?:i|we)(?:(?:['’]d| would) like| want| need)(?! (?:you )?to\b)|(?:can|could|may) (?:i|we) (?:have|get)|there should be)\s+/;

const article =
  /^(?:an?|the|this|these|those|that|some|any|all|every|each|my|our|your|its|their|more|few|new|missing|additional|another|extra|further|proper|good|better|simple|basic|of)$/;

const stop = new Set(
  (
    'for to in of on with whether how what why from into onto that which who whose when where while so because since as at by via using if ' +
    'after before until unless under over about between through per like is are was were be has have does do can should ' +
    'must will would and or but then please too again here now instead'
  ).split(' '),
);

/** Kinds of tests stand side by side in one phrase: "unit and integration tests". */
const kindOfTest =
  /^(?:unit|integration|e2e|end-to-end|regression|smoke|acceptance|property|contract|snapshot)$/;

const finite =
  /^(?:is|are|was|were|isn['’]t|aren['’]t|does|doesn['’]t|do|don['’]t|did|has|have|can|can['’]t|cannot|should|must|fails?|failed|hangs?|crash(?:es|ed)?|returns?|shows?|throws?|breaks?|broke|takes?|works?|stopped|never|no longer)$/;

const tokensOf = (text: string): string[] => text.split(/\s+/).filter((token) => token !== '');

/** "Review comments are not shown" begins with a noun: a finite verb comes before anything that could end the phrase. */
function isStatement(verb: string, following: readonly string[]): boolean {
  if (!isAlsoNoun(verb)) return false;
  const at = following.findIndex((token) => finite.test(token) || stop.has(token));
  return at >= 0 && finite.test(following[at] ?? '') && !article.test(following[0] ?? '');
}

function phraseOf(tokens: readonly string[]): { readonly object: string[]; readonly rest: string } {
  const object: string[] = [];
  let at = 0;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const joinsKinds = /^(?:and|or)$/.test(token) && kindOfTest.test(object.at(-1) ?? '');
    if (joinsKinds) continue;
    if (object.length === 0 && article.test(token)) {
      // "merge this": an article that nothing follows is the object itself.
      if (tokens[at + 1] === undefined || stop.has(tokens[at + 1] ?? '')) object.push(token);
      continue;
    }
    if (stop.has(token)) break;
    object.push(token);
  }
  return { object, rest: tokens.slice(at).join(' ') };
}

function clauseOf(text: string): Clause | undefined {
  let words = text.trim();
  for (let before = ''; before !== words && !wish.test(words);) {
    before = words;
    words = words.replace(opening, '');
  }
  const wished = words.replace(wish, '');
  if (wished !== words) return { verb: 'want', ...phraseOf(tokensOf(wished)) };
  const tokens = tokensOf(words);
  const [first = '', second = ''] = tokens;
  const verb = isVerb(`${first} ${second}`) ? `${first} ${second}` : first;
  if (!isVerb(verb)) return undefined;
  const following = tokens.slice(verb === first ? 1 : 2);
  if (isStatement(verb, following)) return undefined;
  return { verb, ...phraseOf(following) };
}

/** A verb after "and" or "then" begins an order of its own: "run the tests and fix what fails". */
function coordinated(part: string): string[] {
  const tokens = tokensOf(part);
  const starts = tokens.flatMap((token, at) =>
    at > 0 && /^(?:and|then)$/.test(token) && isVerb(tokens[at + 1] ?? '') ? [at] : [],
  );
  return [0, ...starts].map((from, index) => tokens.slice(from, starts[index]).join(' '));
}

/** The orders of a text, first things first. */
export const clausesOf = (words: string): Clause[] =>
  words
    .split(/[.,;:!?()\n]+(?=\s|$)/)
    .flatMap(coordinated)
    .flatMap((part) => clauseOf(part) ?? []);
