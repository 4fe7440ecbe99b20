import { describeCombinations } from './describe-combinations';
import { realPackageCombinations } from './table/real-packages';

describe('published packages', () => {
  describeCombinations({
    instance: 'compatibility-real-packages',
    combinations: realPackageCombinations,
    taskTimeoutS: 300,
    maxAtATime: 2,
    maxMs: 3_600_000,
  });
});
