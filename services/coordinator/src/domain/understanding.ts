import type { Intent } from '@ymera/contracts';
import { mainIntentOf, type ClauseIntent } from './clause-intent';
import { cues, orderedOnly, type Cue } from './intent-cues';
import { clausesOf } from './main-clause';
import { wordsOf } from './request-text';

/** The interpretation of a sentence, and the reason. */
export interface Understanding {
  readonly intent: Intent;
  /** 0..1: the distance of the best intent to the others and to "unknown". Rules, not yet calibrated on data. */
  readonly confidence: number;
  /** The words that decided, as written. */
  readonly evidence: readonly string[];
  /** Of TEST: new tests are wanted, not a test run; that is a change. */
  readonly writesTests?: true;
  /** Set when the text is too unclear to act on: the question to ask. */
  readonly question?: string;
}

/** Below this confidence the coordinator asks a question. */
const minConfidence = 0.5;

/** The weight of "unknown": one weak cue alone does not outweigh it. */
const doubt = 1;

/** The weight of another intent's word beside a verb that decides: such a word is an adverbial or part of a name. */
const besideDecision = 0.4;

/**
 * Interprets a request by the main verb of its first order and the head of that verb's object; then by weighted cues:
 * words that settle a weak verb ("make it faster"), or tell the subject of a statement ("tests crash"). Deterministic and
 * offline. Quoted text, code and identifiers are data, and negated orders are ignored.
 */
export function understand(text: string): Understanding {
  const words = wordsOf(text);
  const main = mainIntentOf(clausesOf(words));
  const scores = new Map<Intent, number>();
  const found = new Map<Intent, string[]>();
  const count = (intent: Intent, weight: number, evidence: string): void => {
    scores.set(intent, (scores.get(intent) ?? 0) + weight);
    const known = found.get(intent) ?? [];
    if (evidence !== '' && !known.includes(evidence)) found.set(intent, [...known, evidence]);
  };
  if (main && main.weight > 0) count(main.intent, main.weight, main.evidence);
  let writesTests = main?.writesTests ?? false;
  for (const cue of cues) {
    const weight = weightBeside(main, cue);
    const match = weight === 0 ? null : cue.pattern.exec(words);
    if (!match) continue;
    count(cue.intent, weight, match[0].trim());
    writesTests ||= cue.writesTests ?? false;
  }
  const ranked = [...scores].sort(([, a], [, b]) => b - a);
  const [best, second] = ranked;
  if (!best || best[1] <= 0) {
    return { intent: 'OTHER', confidence: 0, evidence: [], question: questionFor([]) };
  }
  const confidence = round(best[1] / (best[1] + Math.max(0, second?.[1] ?? 0) * 0.6 + doubt));
  const understood: Understanding = {
    intent: best[0],
    confidence,
    evidence: found.get(best[0]) ?? [],
    ...(best[0] === 'TEST' && writesTests ? { writesTests } : {}),
  };
  if (confidence >= minConfidence) return understood;
  return { ...understood, question: questionFor(ranked.slice(0, 2).map(([intent]) => intent)) };
}

function weightBeside(main: ClauseIntent | undefined, { intent, weight }: Cue): number {
  if (!main || main.intent === intent) return weight;
  if (orderedOnly.has(intent)) return 0;
  return main.weight >= 2 ? weight * besideDecision : weight;
}

const described: Readonly<Record<Intent, string>> = {
  FEATURE: 'add something new',
  DEBUG: 'fix something that is broken',
  ENHANCE: 'make existing code better or faster',
  REVIEW: 'review the code without changing it',
  TEST: 'run the tests, or have tests written',
  DOCUMENT: 'write documentation',
  SECURITY: 'close a security hole',
  INTEGRATE: 'land a change',
  INSIGHT: 'learn from what happened so far',
  OTHER: 'something else',
};

function questionFor(candidates: readonly Intent[]): string {
  const [first, second] = candidates;
  if (first && second) return `Do you want to ${described[first]}, or to ${described[second]}?`;
  if (first) return `Do you want to ${described[first]}? Please say what should change, and where.`;
  return 'What should change: fix something that is broken, make existing code faster, or add something new? And where?';
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
