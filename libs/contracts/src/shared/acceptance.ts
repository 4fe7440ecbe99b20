import type { Finding } from './change';
import type { Escalation } from './escalation';
import { findingDigest, maxWaivers, waiverOf, type Waiver } from './waiver';

/** Findings of these severities stop a landing. */
const blocking: readonly Finding['severity'][] = ['high', 'critical'];

/** Findings that stop a landing of this tree: those of blocking severity that no waiver covers. A waiver never covers a critical one. */
export const openFindings = <Found extends Pick<Finding, 'code' | 'severity' | 'message'>>(
  findings: readonly Found[],
  given: readonly Waiver[],
  tree: string,
): readonly Found[] =>
  findings.filter(
    (finding) =>
      blocking.includes(finding.severity) &&
      (finding.severity === 'critical' || waiverOf(finding, given, tree) === undefined),
  );

/** Whether a person may accept the rejected change. */
export type Acceptance =
  | { readonly kind: 'possible'; readonly findings: readonly Finding[] }
  /** `because` gives the reason; `findings` are those in the way. */
  | { readonly kind: 'impossible'; readonly because: string; readonly findings: readonly Finding[] };

/**
 * Only judgements of an examination can be accepted, and only if nothing else stops the change. The examination marks
 * them `waivable`, by its policy; an unmarked finding is not waivable. Failed tests are not a judgement.
 */
export function acceptanceOf({ error, findings, change, waivers = [] }: Escalation): Acceptance {
  const impossible = (because: string, inTheWay: readonly Finding[]): Acceptance => ({
    kind: 'impossible',
    because,
    findings: inTheWay,
  });
  if (error.code !== 'verdict_rejected' || !change)
    return impossible('Only judgements of an examination can be accepted; failed tests cannot.', findings);
  const open = openFindings(findings, waivers, change.tree);
  const critical = open.filter(({ severity }) => severity === 'critical');
  if (critical.length > 0) return impossible('Critical findings cannot be accepted.', critical);
  const facts = open.filter(({ waivable }) => waivable !== true);
  if (facts.length > 0) return impossible('These findings are facts, not judgements.', facts);
  const acceptable = findings.filter(
    (finding) => finding.waivable === true && waiverOf(finding, waivers, change.tree) === undefined,
  );
  if (acceptable.length === 0) return impossible('There is no finding to accept.', []);
  if (acceptable.length + waivers.length > maxWaivers)
    return impossible(`At most ${maxWaivers} findings of one change can be accepted.`, acceptable);
  return { kind: 'possible', findings: acceptable };
}

/** The waivers of an accepted escalation; none where it cannot be accepted. */
export function waiversOf(
  escalation: Escalation,
  { acceptedBy, reason, acceptedAt }: { acceptedBy: string; reason: string; acceptedAt: string },
): Waiver[] {
  const { change } = escalation;
  const acceptance = acceptanceOf(escalation);
  if (acceptance.kind === 'impossible' || !change) return [];
  const given = acceptance.findings.map((finding): Waiver => ({
    code: finding.code,
    ...(finding.file === undefined ? {} : { file: finding.file }),
    digest: findingDigest(finding),
    tree: change.tree,
    accepted_by: acceptedBy,
    reason,
    accepted_at: acceptedAt,
  }));
  return [...new Map(given.map((one) => [one.digest, one])).values()];
}
