import type { Combination } from '../combination';
import { baseCombinations } from './bases';
import { judgementCombinations } from './judgements';
import { nodeCombinations } from './node';
import { repositoryCombinations } from './repositories';

/** What needs nothing but git, Node and npm, and no registry. */
export const withoutRegistry: readonly Combination[] = [
  ...nodeCombinations,
  ...repositoryCombinations,
  ...baseCombinations,
  ...judgementCombinations,
];

export const combinations: readonly Combination[] = withoutRegistry;
