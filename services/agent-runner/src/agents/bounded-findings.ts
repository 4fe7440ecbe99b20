import type { Finding } from '@ymera/contracts';

const maxFindings = 500;
/** A result holds the findings twice, as its own and as the verdict's, and is a message of at most 1 MiB. */
const maxBytes = 256 * 1024;
const maxEvidenceBytes = 64 * 1024;

/**
 * As many findings as a message holds, in order. Above the limit the evidence is dropped first: the place of a finding is
 * worth more than its evidence.
 */
export function boundedFindings(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  let bytes = 0;
  let evidenceBytes = 0;
  for (const finding of findings.slice(0, maxFindings)) {
    const { evidence, ...place } = finding;
    evidenceBytes += evidence === undefined ? 0 : size(evidence);
    const fitting = evidenceBytes <= maxEvidenceBytes ? finding : place;
    bytes += size(fitting);
    if (bytes > maxBytes) break;
    kept.push(fitting);
  }
  return kept;
}

const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
