import type { Accepted } from './accepted';
import { checkAttempts, checkResults } from './check-attempts';
import { checkLandings } from './check-landings';
import { checkMessages } from './check-messages';
import { checkOrders, checkRequests } from './check-requests';
import type { Effects } from './effects';
import type { Finding } from './finding';

export interface HistoryVerdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

/** Compares promises with effects. For an idle platform: every accepted message has been processed. */
export function checkHistory(accepted: Accepted, effects: Effects): HistoryVerdict {
  const findings = [
    ...checkRequests(accepted, effects),
    ...checkOrders(accepted, effects),
    ...checkLandings(effects),
    ...checkAttempts(effects),
    ...checkResults(accepted, effects),
    ...checkMessages(accepted, effects),
  ];
  const of = (kind: Finding['kind']) => [
    ...new Set(findings.filter((finding) => finding.kind === kind).map(({ evidence }) => evidence)),
  ];
  return { lost: of('lost'), doubled: of('doubled') };
}

/** For people: two counts, then a line of evidence for each. */
export const describeVerdict = ({ lost, doubled }: HistoryVerdict): string =>
  [
    `lost ${lost.length}, doubled ${doubled.length}`,
    ...lost.map((evidence) => `  lost: ${evidence}`),
    ...doubled.map((evidence) => `  doubled: ${evidence}`),
  ].join('\n');
