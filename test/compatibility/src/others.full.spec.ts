import { describeCombinations } from './describe-combinations';
import { otherCombinations } from './table/others';
import { severalLanguagesCombinations } from './table/several-languages';

describe('projects of other people: others', () => {
  describeCombinations({
    instance: 'compatibility-others',
    combinations: [...otherCombinations, ...severalLanguagesCombinations],
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
