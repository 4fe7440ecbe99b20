import type { Rule } from 'eslint';
import { copyingAccumulator } from './copying-accumulator';
import { growingMembership } from './growing-membership';
import { regexpInLoop } from './regexp-in-loop';
import { repeatedFind } from './repeated-find';
import { repeatedMembership } from './repeated-membership';
import { searchByFilter } from './search-by-filter';
import { uniqueByIndex } from './unique-by-index';

/** By the code of their findings. Each reports and, where it is provably safe, rewrites. */
export const performanceRules: Readonly<Record<string, Rule.RuleModule>> = {
  repeated_membership_scan: repeatedMembership,
  growing_membership_scan: growingMembership,
  repeated_find: repeatedFind,
  unique_by_index: uniqueByIndex,
  copying_accumulator: copyingAccumulator,
  search_by_filter: searchByFilter,
  regexp_in_loop: regexpInLoop,
};

/** The suggestion of each, for people and for coding agents. */
export const performanceAdvice: Readonly<Record<string, string>> = {
  repeated_membership_scan: 'Make a Set of the array once, before the loop, and ask `has`.',
  growing_membership_scan: 'Keep a Set beside the list and ask it instead of the list.',
  repeated_find: 'Make a Map by that key once, before the loop, and use `get`.',
  unique_by_index: 'Use a Set of the values seen so far.',
  copying_accumulator: 'Push onto the accumulator instead of copying it, or use a loop.',
  search_by_filter: 'Use `find` or `some`.',
  regexp_in_loop: 'Build the regular expression once, before the loop.',
};
