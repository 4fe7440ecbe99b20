import type { Finding, Intent } from '@ymera/contracts';
import type { IntegrityFinding } from '../../tools/integrity/findings';
import { asksForSameBehaviour, requestWords } from '../../tools/integrity/request-words';
import { namesEveryTest, type FixTrials } from './fix-evidence';

/** Requests of these kinds may ask for other behaviour and so for other expectations; requests of other kinds by their words. */
const maybeAsked: ReadonlySet<Intent> = new Set(['FEATURE', 'DEBUG', 'TEST', 'SECURITY']);

export const needsTrials = (findings: readonly IntegrityFinding[]): boolean =>
  findings.some(({ needsTrial }) => needsTrial !== undefined && !needsTrial.isNamed);

/**
 * The severity of a changed expectation. Where the old tests pass on the change, nothing depends on it. Otherwise the change is justified where the request asks for other behaviour:
 * the old test fails on the change, the new test fails on the base, and the request mentions its subject.
 */
export function settledFindings(
  findings: readonly IntegrityFinding[],
  { intent, request }: { readonly intent: Intent; readonly request: string },
  trials: FixTrials | undefined,
): readonly Finding[] {
  const isMaybeAsked =
    maybeAsked.has(intent) || (intent === 'ENHANCE' && !asksForSameBehaviour(requestWords(request)));
  return findings.map(({ needsTrial, ...finding }): Finding => {
    if (needsTrial === undefined) return finding;
    if (needsTrial.isNamed)
      return {
        ...finding,
        severity: 'medium',
        message: `${finding.message} The request names it.`.slice(0, 1000),
      };
    const { afterWithOldTests: old, beforeWithNewTests: now } = trials ?? {};
    const withOldHelpers = needsTrial.isHelper ? trials?.afterWithOldHelpers : undefined;
    if (withOldHelpers?.hasPassed === true) return { ...finding, severity: 'medium' };
    // The change also meets the old expectation: it does not pass because the test was changed.
    if (old?.hasPassed === true && withOldHelpers === undefined) return { ...finding, severity: 'medium' };
    const asItWas = withOldHelpers ?? old;
    const wasNeeded = asItWas !== undefined && !asItWas.hasPassed && isAmong(asItWas, needsTrial.titles);
    const isNewBehaviour = wasNeeded && now !== undefined && !now.hasPassed;
    if (isNewBehaviour && needsTrial.isRelated && isMaybeAsked) return { ...finding, severity: 'medium' };
    return finding;
  });
}

/** As far as the runner names failures: the edited tests are those that fail in their old form. */
const isAmong = (trial: NonNullable<FixTrials['before']>, titles: readonly string[]): boolean => {
  if (titles.length === 0 || !namesEveryTest(trial)) return true;
  const last = titles.map((title) => title.split(' > ').at(-1) ?? '');
  return trial.failures.some(({ name }) =>
    last.some((title) => name.includes(title) || title.includes(name)),
  );
};
