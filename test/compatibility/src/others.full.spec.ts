import { describeCombinations } from './describe-combinations';
import { otherCombinations } from './table/others';

describe('projects of other people: others', () => {
  describeCombinations({
    instance: 'compatibility-others',
    combinations: otherCombinations,
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
