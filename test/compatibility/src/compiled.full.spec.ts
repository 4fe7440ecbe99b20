import { describeCombinations } from './describe-combinations';
import { compiledCombinations } from './table/compiled';

describe('projects of other people: compiled', () => {
  describeCombinations({
    instance: 'compatibility-compiled',
    combinations: compiledCombinations,
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
