import type { Intent } from '@ymera/contracts';

interface Verb {
  readonly intent: Intent;
  /** As a cue's weight: 2 and more decides alone, 1 is a hint, 0 leaves it to the words around it. */
  readonly weight: number;
}

const verbs = new Map<string, Verb>();
const declare = (intent: Intent, weight: number, words: string): void => {
  for (const word of words.split(',')) verbs.set(word.trim(), { intent, weight });
};

declare('FEATURE', 3, 'add, implement, create, introduce, build, support, want');
declare('FEATURE', 2, 'rename, replace, remove, delete, drop, move, migrate, convert, port, extend, enable');
declare('FEATURE', 2, 'allow, provide, generate, expose, show, install, set up, wire up, switch, disable');
declare('FEATURE', 1, 'update, upgrade, bump, use, cover, expand');
declare('FEATURE', 0, 'make, write, change, get, let, put, give');
declare('DEBUG', 3, 'fix, debug, repair, resolve, solve, correct');
declare('ENHANCE', 3, 'optimise, optimize, speed up, accelerate, refactor, improve, enhance, simplify');
declare('ENHANCE', 3, 'clean up, tidy, tidy up, modernise, modernize, tune, reduce, shrink, cut');
declare('ENHANCE', 1, 'increase, raise');
declare('REVIEW', 3, 'review, critique, assess, look over, inspect, examine');
declare('TEST', 3, 'run, rerun, re-run, execute');
declare('TEST', 2, 'test, check, verify');
declare('DOCUMENT', 3, 'document, write up, describe');
declare('SECURITY', 3, 'harden, sanitize, sanitise, secure');
declare('INTEGRATE', 3, 'merge, land, integrate, rebase, cherry-pick');

const nounsToo = new Set(
  'review, test, merge, land, document, support, build, change, run, check, cut, update, cover, move, tune, show'.split(
    ', ',
  ),
);

export const isVerb = (word: string): boolean => verbs.has(word);
export const verbOf = (word: string): Verb | undefined => verbs.get(word);
/** A word that may also be a noun at the beginning of a sentence. */
export const isAlsoNoun = (word: string): boolean => nounsToo.has(word);
