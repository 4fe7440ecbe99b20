import { describeCombinations } from './describe-combinations';
import { withoutRegistry } from './table';
import { inShort } from './table/short';

describe('projects of other people: the short form', () => {
  describeCombinations({
    instance: 'compatibility-short',
    combinations: inShort(withoutRegistry),
    taskTimeoutS: 60,
    maxAtATime: 3,
    maxMs: 600_000,
  });
});
