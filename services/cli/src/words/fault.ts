import { type ErrorShape, type Fault, faultOf, type Finding } from '@ymera/contracts';

/** Whose doing a failure is, in words; `error.fault` in JSON. */
const whose: Readonly<Record<Fault, string>> = {
  change: 'the change, or the agent that makes it',
  project: 'the project: it is so without any change',
  machine: 'the machine that this runs on',
  platform: 'the platform itself',
  request: 'the request, or a decision about it',
};

/** What to do where an error itself does not say. */
const next: Readonly<Record<Fault, string>> = {
  change: 'See what was found, and ask again with what the agent should do otherwise.',
  project: 'Mend the project first, or name another command: --test CMD, or {"test": "..."} in ymera.json.',
  machine: 'Provide what is missing on this machine, then ask again.',
  platform: 'Ask again; if it stays so, report it with the trace id.',
  request: 'Say it again with what is missing.',
};

export const whoseFault = ({ code, fault }: Pick<ErrorShape, 'code' | 'fault'>): string =>
  whose[fault ?? faultOf(code)];

export const nextStep = ({ code, fault, suggestion }: ErrorShape): string =>
  suggestion ?? next[fault ?? faultOf(code)];

const severities: readonly Finding['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];
const maxEvidenceLines = 8;

/** The first real error: what was seen where the gravest finding is, as far as a person reads it. */
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
