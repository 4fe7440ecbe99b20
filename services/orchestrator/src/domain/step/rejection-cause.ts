import { type ErrorShape, type Fault, faultOf, type TestSummary } from '@ymera/contracts';

/**
 * Why a step did not simply succeed: the change is at fault, its base is broken, the infrastructure failed, tests are
 * flaky, or the request cannot be fulfilled.
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

/** Tests that failed once and passed when repeated reject nothing, but are counted. */
export const isFlaky = (tests: TestSummary | undefined): boolean => (tests?.flaky ?? 0) > 0;
