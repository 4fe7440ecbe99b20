import { digestOf } from '@ymera/kernel';
import { z } from 'zod';
import { added } from '../define/added';
import { findings } from './change';
import { errorShape } from './failure';
import { gitObjectId, uuid } from './ids';
import { waivers } from './waiver';

/** The options of messages of version 1, before waivers. */
export const escalationOptionV1 = z.enum(['retry', 'take_over', 'abandon']);

/**
 * A person's options for work that was rejected too often. `retry`: one more round, with the findings and the person's
 * note. `take_over`: a person continues from the last proposed commit, the workflow ends. `abandon`: the workflow ends.
 * `accept`: the examination's judgements are waived for exactly this change, and it examines the change again.
 */
export const escalationOption = z.enum([...escalationOptionV1.options, 'accept']);
export type EscalationOption = z.output<typeof escalationOption>;

/** The subject of an escalation gate. */
export const escalation = z.object({
  /** The step that rejected the work. */
  step_id: z.string(),
  /** Number of this escalation in the workflow; rises, so that no decision fits a later one. */
  escalation: z.number().int().min(1),
  /** How often this step has sent the work back. */
  rounds: z.number().int().min(0),
  error: errorShape,
  findings,
  /** The last proposed change, which was rejected; it stays in the project's repository. */
  change: z.object({ change_id: uuid, base: gitObjectId, commit: gitObjectId, tree: gitObjectId }).optional(),
  /** The available options; `accept` is among them only where every finding that stops the change is waivable. */
  options: added(z.array(escalationOption).max(escalationOption.options.length)),
  /** Findings of this change that a person has accepted before. */
  waivers: added(waivers),
});
export type Escalation = z.output<typeof escalation>;

/** A decision holds for exactly this rejected change with exactly these findings. */
export const escalationSubjectDigest = (subject: Escalation): string => digestOf(subject);
