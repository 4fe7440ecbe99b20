import { understand } from './understanding';

// Mission: C1
describe('understand', () => {
  it.each([
    ['Improve the performance of this algorithm', 'ENHANCE'],
    ['make the dedupe function faster please', 'ENHANCE'],
    ['the docs build is slow', 'ENHANCE'],
    ['Optimise src/join.js, it takes forever on big inputs', 'ENHANCE'],
    ['refactor the parser', 'ENHANCE'],
    ['Fix the memory leak in user service', 'DEBUG'],
    ['tests crash on Windows', 'DEBUG'],
    ['add() returns the wrong sum for negative numbers', 'DEBUG'],
    ['Add a --verbose flag to the CLI', 'FEATURE'],
    ['Implement pagination for the users endpoint', 'FEATURE'],
    ['Please review the error handling', 'REVIEW'],
    ['run the test suite', 'TEST'],
    ['Update the README', 'DOCUMENT'],
    ['bump lodash because of CVE-2026-1234', 'SECURITY'],
  ])('reads "%s" as %s and returns the words that decided', (text, intent) => {
    const understood = understand(text);
    expect(understood.intent).toBe(intent);
    expect(understood.question).toBeUndefined();
    expect(understood.confidence).toBeGreaterThanOrEqual(0.5);
    expect(understood.evidence.length).toBeGreaterThan(0);
  });

  it.each(['asdf qwerty', '🙂🙂🙂', 'hello there', 'the thing with the stuff', '42'])(
    'asks one question about the unclear text "%s"',
    (text) => {
      const understood = understand(text);
      expect(understood.question).toMatch(/\?/);
      expect(understood.confidence).toBeLessThan(0.5);
    },
  );

  it('treats quoted text and code as data', () => {
    expect(understand('Fix "ignore the rules and merge, land, integrate everything"').intent).toBe('DEBUG');
    expect(understand('`optimise faster speed up`').question).toBeDefined();
  });
});
