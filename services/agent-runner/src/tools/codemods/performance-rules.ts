import type { ESLint } from 'eslint';
import { growingAccumulator } from './growing-accumulator';
import { membershipBySet } from './membership-by-set';
import { askForSome, findTheFirst } from './reads-once';

/** Inefficiencies that can be mended without changing what a program does; each rule says why it may. */
export const performanceRules = {
  'membership-by-set': membershipBySet,
  'find-the-first': findTheFirst,
  'ask-for-some': askForSome,
  'growing-accumulator': growingAccumulator,
} as const;

export const performancePlugin: ESLint.Plugin = { meta: { name: 'performance' }, rules: performanceRules };
