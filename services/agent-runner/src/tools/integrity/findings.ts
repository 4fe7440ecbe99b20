import type { Finding } from '@ymera/contracts';

/**
 * What a rule says of a change. Severity by one rule: what shows that a change passes by changing what judges it, or hides
 * from what judges it, is `high` and blocks; what a person should merely see is `medium`; the rest is no finding.
 */
export interface IntegrityFinding extends Finding {
  /**
   * Whether the expectation was changed with good reason is not to be seen in the text: the tests of both sides are tried on
   * the other, and the severity is settled by that.
   */
  readonly needsTrial?: {
    /** The request speaks of what was changed. */
    readonly isRelated: boolean;
    /** The request names the new value, or asks for the change of the test itself. */
    readonly isNamed: boolean;
    /** Titles of the tests. */
    readonly titles: readonly string[];
    /** Tests elsewhere judge with it: whether they hold with the old one as well is to be tried. */
    readonly isHelper?: boolean;
  };
}

const maxEvidence = 2_000;

export function finding(
  code: string,
  severity: Finding['severity'],
  message: string,
  place: {
    readonly file: string;
    readonly line?: number | undefined;
    readonly evidence?: string | undefined;
  },
  suggestion = 'Leave the tests as they are, and change the product.',
): IntegrityFinding {
  return {
    code,
    severity,
    message,
    file: place.file,
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.evidence ? { evidence: place.evidence.slice(0, maxEvidence) } : {}),
    suggestion,
  };
}
