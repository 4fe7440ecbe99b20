import { type ErrorShape, type Fault, faultOf, type Finding } from '@ymera/contracts';

/** The side at fault, in words; `error.fault` in JSON. */
const whose: Readonly<Record<Fault, string>> = {
  change: 'the change, or the agent that makes it',
  project: 'the project: it is so without any change',
  machine: 'the machine that this runs on',
  platform: 'the platform itself',
  request: 'the request, or a decision about it',
};

/** The suggestion for an error that has none. */
const next: Readonly<Record<Fault, string>> = {
  change: 'Read the findings, and submit the request again with what the agent should do differently.',
  project: 'Fix the project first, or give another command: --test CMD, or {"test": "..."} in ymera.json.',
  machine: 'Install what is missing on this machine, then submit the request again.',
  platform: 'Submit the request again; if it fails again, report it with the trace id.',
  request: 'Submit the request again with what is missing.',
};

export const whoseFault = ({ code, fault }: Pick<ErrorShape, 'code' | 'fault'>): string =>
  whose[fault ?? faultOf(code)];

export const nextStep = ({ code, fault, suggestion }: ErrorShape): string =>
  suggestion ?? next[fault ?? faultOf(code)];

const severities: readonly Finding['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];
const maxEvidenceLines = 8;

/** The first real error: the evidence of the most severe finding, cut to what a person reads. */
export function evidenceOf(findings: readonly Finding[]): readonly string[] {
  const [gravest] = findings
    .filter(({ evidence }) => evidence !== undefined && evidence.trim() !== '')
    .toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
  if (!gravest) return [];
  const { file, line, evidence = '' } = gravest;
  const place = file === undefined ? [] : [`${file}${line === undefined ? '' : `:${line}`}`];
  const seen = evidence.split('\n').filter((text) => text.trim() !== '');
  return [...place, ...seen.slice(0, maxEvidenceLines)];
}
