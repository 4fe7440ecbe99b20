import type { Finding } from '@ymera/contracts';

/**
 * The findings of a rule. One rule for the severity: evidence that a change passes by changing its tests, or hides
 * from them, is `high` and blocks; a change that a person should only see is `medium`; the rest is no finding.
 */
export interface IntegrityFinding extends Finding {
  /**
   * The text does not show whether the expectation was changed with good reason: the tests of both sides run on
   * the other, and the result settles the severity.
   */
  readonly needsTrial?: {
    /** The request mentions the changed subject. */
    readonly isRelated: boolean;
    /** The request names the new value, or asks for the change of the test itself. */
    readonly isNamed: boolean;
    /** Titles of the tests. */
    readonly titles: readonly string[];
    /** Other tests assert with it: a trial shows whether they pass with the old one as well. */
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
  suggestion = 'Leave the tests unchanged, and change the product.',
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
