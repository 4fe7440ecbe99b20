import { type ErrorShape, type Fault, faultOf, type TestSummary } from '@ymera/contracts';

/**
 * Why a step was not simply done: the change is guilty, its base is broken, the infrastructure failed, tests pass and fail
 * by turns, or the request asks for what cannot be had.
 */
export type RejectionCause = 'change' | 'base' | 'infrastructure' | 'flaky' | 'request';

const causes: Readonly<Record<Fault, RejectionCause>> = {
  change: 'change',
  project: 'base',
  machine: 'infrastructure',
  platform: 'infrastructure',
  request: 'request',
};

export const causeOf = ({ code, fault }: ErrorShape): RejectionCause => causes[fault ?? faultOf(code)];

/** Tests that failed once and passed when repeated reject nothing, and are counted all the same. */
export const isFlaky = (tests: TestSummary | undefined): boolean => (tests?.flaky ?? 0) > 0;
