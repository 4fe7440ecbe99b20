import type { Intent } from '@ymera/contracts';
import { cues } from './intent-cues';

/** What a sentence was taken to ask for, and why. */
export interface Understanding {
  readonly intent: Intent;
  /** 0..1: how far the best intent is ahead of the others and of not knowing. Rules, not yet calibrated on data. */
  readonly confidence: number;
  /** The words that decided, as written. */
  readonly evidence: readonly string[];
  /** Set when it is too unclear to act: the one thing to ask. */
  readonly question?: string;
}

/** Below this the sentence is asked about rather than guessed. */
const leastConfidence = 0.5;

/** What not knowing weighs: one weak cue alone does not outweigh it. */
const doubt = 1;

/**
 * Understands a request by weighted cues: verbs say most, objects turn them ("docs build is slow" is about speed, "tests
 * crash" about a fault). Deterministic and offline. Quoted text and code are data and count for nothing.
 */
export function understand(text: string): Understanding {
  const words = withoutQuotes(text).toLowerCase();
  const scores = new Map<Intent, number>();
  const found = new Map<Intent, string[]>();
  for (const { intent, pattern, weight } of cues) {
    const match = pattern.exec(words);
    if (!match) continue;
    scores.set(intent, (scores.get(intent) ?? 0) + weight);
    found.set(intent, [...(found.get(intent) ?? []), match[0].trim()]);
  }
  const ranked = [...scores].sort(([, a], [, b]) => b - a);
  const [best, second] = ranked;
  if (!best || best[1] <= 0) {
    return { intent: 'OTHER', confidence: 0, evidence: [], question: questionFor([]) };
  }
  const confidence = round(best[1] / (best[1] + Math.max(0, second?.[1] ?? 0) * 0.6 + doubt));
  const evidence = found.get(best[0]) ?? [];
  if (confidence >= leastConfidence) return { intent: best[0], confidence, evidence };
  return {
    intent: best[0],
    confidence,
    evidence,
    question: questionFor(ranked.slice(0, 2).map(([intent]) => intent)),
  };
}

const described: Readonly<Record<Intent, string>> = {
  FEATURE: 'add something new',
  DEBUG: 'fix something that is broken',
  ENHANCE: 'make existing code better or faster',
  REVIEW: 'review the code without changing it',
  TEST: 'run the tests',
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

const withoutQuotes = (text: string): string => text.replace(/```[\s\S]*?```|`[^`]*`|"[^"]*"/g, ' ');

const round = (value: number): number => Math.round(value * 1000) / 1000;
