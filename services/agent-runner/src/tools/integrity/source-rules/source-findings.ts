import type { IntegrityFinding } from '../findings';
import { changedHarness } from './changed-harness';
import { environmentSwitch } from './environment-switch';
import { fakedOutput } from './faked-output';
import { identityCache } from './identity-cache';
import { ignoredOption } from './ignored-option';
import { mockedSubject } from './mocked-subject';
import { processExit } from './process-exit';
import type { RuleContext, SourceFile, SourceFinding, SourceRule } from './source-rule';
import { specialCases } from './special-cases';
import { stub } from './stub';
import { ownAssertions } from './own-assertions';
import { ownExpectation, renewedExpectation } from './own-expectation';
import { benchmarkSizes, mendedNumber, testData } from './known-inputs';
import { swallowedFailure } from './swallowed-failure';
import { testedErrors } from './tested-errors';
import { uncollected } from './uncollected';
import { unusedParts } from './unused-parts';
import { probeNames } from './test-probes';

/** A file that the change touches, as far as it can be parsed. */
export interface SourceSides {
  readonly path: string;
  readonly before: SourceFile | undefined;
  readonly after: SourceFile | undefined;
}

const rules: readonly SourceRule[] = [
  environmentSwitch,
  processExit,
  fakedOutput,
  changedHarness,
  swallowedFailure,
  stub,
  specialCases,
  identityCache,
  mockedSubject,
  testData,
  benchmarkSizes,
  mendedNumber,
  ownAssertions,
  ownExpectation,
  renewedExpectation,
  testedErrors,
  ignoredOption,
  uncollected,
  unusedParts,
];

/** New code of the change; code that only moved to another file is not new. */
export function sourceFindings(
  sides: readonly SourceSides[],
  context: Omit<RuleContext, 'testProbes' | 'newFiles'>,
): readonly IntegrityFinding[] {
  const newFiles = new Set(sides.flatMap(({ path, before }) => (before ? [] : [path])));
  const of = (side: 'before' | 'after'): readonly SourceFinding[] => {
    const files = sides.flatMap((one) => one[side] ?? []);
    const testProbes = new Set(
      files.filter(({ role }) => role === 'product').flatMap(({ syntax }) => [...probeNames(syntax)]),
    );
    return files.flatMap((file) => rules.flatMap((rule) => rule(file, { ...context, testProbes, newFiles })));
  };
  const known = new Map<string, number>();
  const key = ({ finding, subject }: SourceFinding) => JSON.stringify([finding.code, subject]);
  for (const one of of('before')) known.set(key(one), (known.get(key(one)) ?? 0) + 1);
  return of('after').flatMap((one) => {
    const left = known.get(key(one)) ?? 0;
    known.set(key(one), left - 1);
    return left > 0 ? [] : [one.finding];
  });
}
