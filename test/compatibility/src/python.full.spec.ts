import { describeCombinations } from './describe-combinations';
import { pythonCombinations } from './table/python';

describe('projects of other people: python', () => {
  describeCombinations({
    instance: 'compatibility-python',
    combinations: pythonCombinations,
    taskTimeoutS: 300,
    maxAtATime: 3,
    maxMs: 3_600_000,
  });
});
