import type { Combination } from '../combination';
import { baseCombinations } from './bases';
import { compiledCombinations } from './compiled';
import { judgementCombinations } from './judgements';
import { nodeCombinations } from './node';
import { otherCombinations } from './others';
import { packageManagerCombinations } from './package-managers';
import { pythonCombinations } from './python';
import { realPackageCombinations } from './real-packages';
import { repositoryCombinations } from './repositories';
import { severalLanguagesCombinations } from './several-languages';
import { testToolCombinations } from './test-tools';
import { vendoredCombinations } from './vendored';

/** Combinations that need nothing but git, Node and npm, and no registry. */
export const withoutRegistry: readonly Combination[] = [
  ...nodeCombinations,
  ...repositoryCombinations,
  ...baseCombinations,
  ...judgementCombinations,
  ...vendoredCombinations,
];

export const combinations: readonly Combination[] = [
  ...withoutRegistry,
  ...testToolCombinations,
  ...packageManagerCombinations,
  ...pythonCombinations,
  ...compiledCombinations,
  ...severalLanguagesCombinations,
  ...otherCombinations,
  ...realPackageCombinations,
];
