import type { Intent } from '@ymera/contracts';
import { ordersLanding } from './landing-order';
import type { Clause } from './main-clause';
import { verbOf } from './verbs';

/** The intent of one order. */
export interface ClauseIntent {
  readonly intent: Intent;
  readonly weight: number;
  /** Of TEST: tests are to be written, not run. */
  readonly writesTests: boolean;
  /** The words that decided. */
  readonly evidence: string;
}

const tests = /^(?:tests?|specs?|testing|test-?cases?|(?:test-)?coverage|test-?suites?)$/;
const suites = /^(?:cases?|suites?|plans?)$/;
const documents =
  /^(?:documentation|docs?|readme|changelog|comments?|guides?|tutorials?|docstrings?|jsdocs?|tsdocs?|javadocs?|manual|doc-comments?)$/;
const partsOfDocuments =
  /^(?:typos?|spelling|wording|grammar|sections?|examples?|entry|entries|links?|badges?|chapters?|paragraphs?|pages?|installation|usage|notes?)$/;
/** Verbs whose object is created or extended. */
const makes =
  /^(?:add|write|create|generate|implement|introduce|build|make|provide|extend|expand|improve|increase|raise|update|want|get|give|put|change|enhance|cover|support)$/;
/** Verbs that edit their object when it is prose. */
const documented =
  /^(?:add|write|create|generate|provide|extend|expand|improve|update|want|get|give|put|change|fix|correct|simplify|clean up|tidy|tidy up)$/;

const isTests = (object: readonly string[]): boolean => {
  const [before = '', head = ''] = [object.at(-2), object.at(-1)];
  return tests.test(head) || (suites.test(head) && /^(?:tests?|spec)$/.test(before));
};

const isDocument = ({ verb, object, rest }: Clause): boolean => {
  if (!documented.test(verb)) return false;
  const head = object.at(-1) ?? '';
  return (
    documents.test(head) ||
    (partsOfDocuments.test(head) && rest.split(' ').some((word) => documents.test(word)))
  );
};

/** Decided by the verb and the head of its object; all other words are names or adverbials and change nothing. */
function intentOf(clause: Clause): ClauseIntent | undefined {
  const { verb, object, rest } = clause;
  const known = verbOf(verb);
  if (!known) return undefined;
  const head = object.at(-1);
  const as = (intent: Intent, weight = 3, writesTests = false): ClauseIntent => ({
    intent,
    weight,
    writesTests,
    evidence: [verb === 'want' ? undefined : verb, intent === known.intent ? undefined : head]
      .filter(Boolean)
      .join(' '),
  });

  if (makes.test(verb) && isTests(object)) return as('TEST', 3, true);
  if (verb === 'cover' && /\b(?:with|by|in) (?:\S+ ){0,2}(?:tests?|specs?)\b/.test(rest))
    return as('TEST', 3, true);
  if (
    /^(?:make|get)$/.test(verb) &&
    /\b(?:pass|work|green|succeed)$/.test(`${object.join(' ')} ${rest}`.trim())
  )
    return as('DEBUG');
  if (isDocument(clause)) return as('DOCUMENT');
  if (verb === 'want' && head !== undefined && /^(?:review|critique|assessment|opinion|feedback)$/.test(head))
    return as('REVIEW');
  if (verb === 'run' || verb === 'rerun' || verb === 're-run' || verb === 'execute')
    return isTests(object) || /\b(?:tests?|specs?|suite)\b/.test(`${object.join(' ')} ${rest}`)
      ? as('TEST')
      : undefined;
  if (verb === 'test')
    return as('TEST', 2.5, /^(?:that|if|whether)\b/.test(`${rest}`) && object.length === 0);
  if (verb === 'check' || verb === 'verify')
    return isTests(object) ||
      /^(?:that|if|whether)\b/.test(rest) ||
      /\b(?:tests?|specs?|suite)\b/.test(object.join(' '))
      ? as('TEST', 2.5)
      : undefined;
  if (known.intent === 'INTEGRATE') return ordersLanding(clause) ? as('INTEGRATE') : as('FEATURE', 2);
  return as(known.intent, known.weight);
}

const isLook = ({ intent, writesTests }: ClauseIntent): boolean =>
  intent === 'REVIEW' || (intent === 'TEST' && !writesTests);

/**
 * Of several orders the first decides. An order that only reads gives way to a later order for a change: "run the tests
 * and fix what fails"; an order with a weak verb gives way to one with a stronger verb.
 */
export function mainIntentOf(clauses: readonly Clause[]): ClauseIntent | undefined {
  const intents = clauses.flatMap((clause) => intentOf(clause) ?? []);
  const [first] = intents;
  if (!first || (first.weight >= 2 && !isLook(first))) return first;
  return intents.find((intent) => intent.weight >= 2 && !isLook(intent)) ?? first;
}
