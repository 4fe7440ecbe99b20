import type { Task } from '@ymera/agent-sdk';
import type { TestFailure } from '../../tools/test-reports/read-tests';

/** What a person asked for. */
export type AskedFor = Pick<Task['input'], 'request_text' | 'intent'>;

/** Whether a request is about the project's tests: it may be what lets them pass. */
export const asksForTests = ({ request_text: text }: AskedFor): boolean =>
  /\b(?:tests?|specs?|suite)\b/i.test(text) &&
  /\b(?:fail\w*|broken|red|green|pass|passes|passing|fix\w*|repair\w*|mend\w*|crash\w*)\b/i.test(text);

/** Whether a request is about what a project needs before anything of it runs. */
export const asksForSetUp = ({ request_text: text }: AskedFor): boolean =>
  /\b(?:imports?|modules?|packages?|dependenc(?:y|ies)|install\w*|requirements|manifest|lockfile)\b/i.test(
    text,
  );

/** Whether a request names one of these words, as a word of its own. */
export function namesAny({ request_text: text }: AskedFor, words: readonly string[]): boolean {
  const asked = new Set(wordsOf(text));
  return words.some((word) => asked.has(word.toLowerCase()));
}

/** Names that an error sets in quotes: what is missing, of which file, of which package; without folders and endings. */
export const quotedNames = (message: string): readonly string[] =>
  [...message.matchAll(/['"`‘]([\w$./@-]+)['"`’]/g)].flatMap(([, quoted = '']) => bareName(quoted));

/** Whether these failures may be what a request is to mend: it repairs a fault, is about tests, or names what they name. */
export const mayMend = (asked: AskedFor, failures: readonly TestFailure[]): boolean =>
  asked.intent === 'DEBUG' ||
  asksForTests(asked) ||
  namesAny(
    asked,
    failures.flatMap(({ file, group, name, message }) => [
      ...[file, group, name].flatMap((path) => bareName(path ?? '')),
      ...quotedNames(message),
    ]),
  );

/** `src/sum.test.mjs` is about `sum`. */
export const bareName = (path: string): readonly string[] => {
  const name = (path.split('/').at(-1) ?? '').replace(/^test_|(?:[._-](?:test|spec))?(?:\.\w+)*$/g, '');
  return name.length < 2 ? [] : [name];
};

const wordsOf = (text: string): readonly string[] =>
  (text.match(/[\w$-]+/g) ?? []).flatMap((word) => [
    word.toLowerCase(),
    word.replace(/^test_/, '').toLowerCase(),
  ]);
