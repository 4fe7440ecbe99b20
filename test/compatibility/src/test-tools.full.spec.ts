import { describeCombinations } from './describe-combinations';
import { testToolCombinations } from './table/test-tools';

describe('projects of other people: test-tools', () => {
  describeCombinations({
    instance: 'compatibility-test-tools',
    combinations: testToolCombinations,
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
