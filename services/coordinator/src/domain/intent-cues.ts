import type { Intent } from '@ymera/contracts';

export interface Cue {
  readonly intent: Intent;
  /** Matched against the lower-cased sentence, once each. */
  readonly pattern: RegExp;
  /** 1 is a hint, 2 decides alone, negative speaks against. */
  readonly weight: number;
  /** Of TEST: tests are to be written, not run. */
  readonly writesTests?: true;
}

const cue = (intent: Intent, weight: number, pattern: RegExp): Cue => ({ intent, weight, pattern });

const writtenTests = (pattern: RegExp): Cue => ({ ...cue('TEST', 2.5, pattern), writesTests: true });

/** Intents that only an order can express: in the middle of a sentence their words are names or adverbials. */
export const orderedOnly: ReadonlySet<Intent> = new Set(['REVIEW', 'TEST', 'DOCUMENT', 'INTEGRATE']);

export const cues: readonly Cue[] = [
  cue('ENHANCE', 2, /\b(optimi[sz](e|es|ed|ing|ation)|speed(ing)? up|faster|accelerate|refactor(ing)?)\b/),
  cue('ENHANCE', 2, /\b(slow(er|ly|ness)?|sluggish|takes? (too long|forever|ages)|quadratic|o\(n)/),
  cue(
    'ENHANCE',
    1.5,
    /\b(improve|enhance|better|tune|simplify|clean(ing)? ?up|tidy|moderni[sz]e|reduce|shrink|cut)\b/,
  ),
  cue(
    'ENHANCE',
    1.5,
    /\b(performance|efficien(t|cy)|inefficien(t|cy)|latency|throughput|speed|quick(er|ly)?|runtime|running time)\b/,
  ),
  cue(
    'ENHANCE',
    1,
    /\b(memory (usage|use|footprint|consumption)|allocations?|duplicat(ion|ed) code|dead code|readab(le|ility))\b/,
  ),
  cue('ENHANCE', 0.5, /\b(algorithms?|hot path|loop)\b/),

  cue('DEBUG', 2, /\b(fix(es|ed|ing)?|debug(ging)?|repair|resolve|solve|correct)\b/),
  cue(
    'DEBUG',
    2,
    /\b(bugs?|leak(s|ing)?|crash(es|ed|ing)?|broken|regression|deadlocks?|race condition|segfault|stack ?trace|exceptions?)\b/,
  ),
  cue(
    'DEBUG',
    1.5,
    /\b(fail(s|ed|ing|ure)?|errors?|wrong(ly)?|incorrect(ly)?|does(n't| not) work|not working|hangs?|freez(e|es|ing)|throws?|nan|off[- ]by[- ]one)\b/,
  ),
  cue('DEBUG', 1, /\b(issue|problem|fault|defect|unexpected|why does|why is)\b/),

  cue(
    'FEATURE',
    2,
    /\b(add(s|ing)?(?!\()|implement(s|ing)?|create|introduce|build(?! (is|are|was|fails?|takes|breaks))|support(?! ticket))\b/,
  ),
  cue(
    'FEATURE',
    1,
    /\b(feature|endpoint|option|flag|button|command|function(ality)?|ability|allow|enable|new|extend|provide|rename|change|replace|write|make)\b/,
  ),

  cue('REVIEW', 2.5, /^\W*(?:an? |some )?(?:\w+ )?review\b(?=\s*(?:of\b|for\b|please\b|$))/),
  cue('REVIEW', 2, /\bwhat do you think\b/),
  cue('REVIEW', 1, /\b(opinion|feedback|quality of)\b/),

  cue(
    'TEST',
    2.5,
    /^\W*(?:do|does|did|are|is|will|have|has)\b.{0,100}\b(?:tests?|suite|specs?)\b.{0,100}\b(?:pass(?:es|ing|ed)?|green|succeed|ok|run|fail(?:s|ing|ed)?|red|broken)\b/,
  ),
  writtenTests(/\b(?:no|missing|lacks?|needs?|more|not enough) (?:\S+ ){0,2}(?:tests?|specs?|coverage)\b/),
  writtenTests(/\b(?:tests?|specs?|coverage) (?:for .{1,60} )?(?:is|are) missing\b|\buntested\b/),
  writtenTests(/^\W*(?:an? |some )?(?:\w+ ){0,2}(?:tests?|specs?) (?:for|of)\b/),

  cue('DOCUMENT', 2.5, /\b(docstrings?|jsdoc)\b/),
  cue(
    'DOCUMENT',
    2.5,
    /^\W*(?:an? |some )?(?:\w+ )?(?:documentation|docs|readme|guide|tutorial) (?:for|of)\b/,
  ),
  cue('DOCUMENT', 1, /\b(documentation|docs|readme|changelog|typos?)\b/),
  cue('DOCUMENT', -2, /\b(docs?|documentation)\b.{0,20}\b(build|slow|fail|crash)/),

  cue(
    'SECURITY',
    2.5,
    /\b(vulnerab(le|ility|ilities)|cve(-\d+)?|exploit|xss|csrf|injection|sanitize|secrets? (in|leak)|security|hardening|harden)\b/,
  ),
  cue('SECURITY', 1, /\b(unsafe|insecure|audit|escape|permissions?)\b/),

  cue(
    'INSIGHT',
    2.5,
    /\b(which (agents?|checks?|steps?|projects?)|statistics|trends?|how (often|many)|success rate|insights?)\b/,
  ),
];
