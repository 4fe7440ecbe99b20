import { describeCombinations } from './describe-combinations';
import { packageManagerCombinations } from './table/package-managers';

describe('projects of other people: package-managers', () => {
  describeCombinations({
    instance: 'compatibility-package-managers',
    combinations: packageManagerCombinations,
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
