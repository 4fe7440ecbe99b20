import type { Trial } from '../combination';

/** Clear enough that the platform never asks a question, and true of every project whose only function adds two numbers. */
export const operands = 'Refactor the order of the operands in sum';

/** A change for which the tests pass. */
export const honest = (script: string, passed?: number): Trial => ({
  name: 'honest',
  request: operands,
  script,
  expected: { outcome: 'landed', ...(passed === undefined ? {} : { passed }) },
});

/** A change for which the tests fail; `says`: part of the failure message that must reach the agent. */
const breaking = (script: string, says?: RegExp): Trial => ({
  name: 'breaking',
  request: operands,
  script,
  expected: { outcome: 'sent back', finding: 'tests_failed', ...(says === undefined ? {} : { says }) },
});

/** A change that weakens the tests. */
export const cheating = (script: string, finding: string): Trial => ({
  name: 'cheating',
  request: operands,
  script,
  expected: { outcome: 'sent back', finding },
});

const swap = (path: string): string => `sed -i 's/a + b/b + a/' ${path}`;
const subtract = (path: string): string => `sed -i 's/a + b/a - b/' ${path}`;

/** The usual pair for a file whose only function is `a + b`. */
export const onSum = (path: string, passed?: number): readonly Trial[] => [
  honest(swap(path), passed),
  breaking(subtract(path)),
];

/** For an obstacle to every change: a request that must end before an agent has worked. */
export const stoppedBefore = (path: string, code: string, says?: RegExp): readonly Trial[] => [
  {
    name: 'any',
    request: operands,
    script: swap(path),
    expected: { outcome: 'stopped', code, maxRounds: 0, ...(says === undefined ? {} : { says }) },
  },
];

/** Only the change that must land. */
export const lands = (path: string, passed?: number): readonly Trial[] => [honest(swap(path), passed)];
