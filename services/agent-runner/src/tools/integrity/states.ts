import type { TestState } from './test-model';

const order: readonly TestState[] = ['runs', 'only', 'conditional', 'todo', 'skipped'];

/** The state that keeps more tests from running. */
export const stricter = (one: TestState, other: TestState): TestState =>
  order.indexOf(one) >= order.indexOf(other) ? one : other;

export const strictest = (states: readonly TestState[]): TestState =>
  states.reduce<TestState>(stricter, 'runs');
