import type { Task } from '@ymera/agent-sdk';
import type { TestFailure } from '../../tools/test-reports/read-tests';

/** The content of a person's request. */
export type AskedFor = Pick<Task['input'], 'request_text' | 'intent'>;

/** Whether a request is about the project's tests: it may be the one that makes them pass. */
export const asksForTests = ({ request_text: text }: AskedFor): boolean =>
  /\b(?:tests?|specs?|suite)\b/i.test(text) &&
  /\b(?:fail\w*|broken|red|green|pass|passes|passing|fix\w*|repair\w*|mend\w*|crash\w*)\b/i.test(text);

/** Whether a request is about preconditions of the project's commands. */
export const asksForSetUp = ({ request_text: text }: AskedFor): boolean =>
  /\b(?:imports?|modules?|packages?|dependenc(?:y|ies)|install\w*|requirements|manifest|lockfile)\b/i.test(
    text,
  );

/** Whether a request contains one of these words as a whole word. */
export function namesAny({ request_text: text }: AskedFor, words: readonly string[]): boolean {
  const asked = new Set(wordsOf(text));
  return words.some((word) => asked.has(word.toLowerCase()));
}

/** Quoted names in an error: the missing thing, its file, its package; without folders and extensions. */
export const quotedNames = (message: string): readonly string[] =>
  [...message.matchAll(/['"`‘]([\w$./@-]+)['"`’]/g)].flatMap(([, quoted = '']) => bareName(quoted));

/** Whether a request may be about these failures: it fixes a defect, is about tests, or names the same things. */
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
