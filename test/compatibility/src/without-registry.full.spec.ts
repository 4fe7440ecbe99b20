import { describeCombinations } from './describe-combinations';
import { withoutRegistry } from './table';

describe('projects of other people: nothing but Node', () => {
  describeCombinations({
    instance: 'compatibility-node',
    combinations: withoutRegistry,
    taskTimeoutS: 60,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
