import { z } from 'zod';
import { added } from '../define/added';
import { defineEvent } from '../define/message';
import { deadLetterOwner } from '../shared/dead-letters';
import { timestamp, uuid } from '../shared/ids';
import { sampleId, sampleTime } from '../shared/samples';

const letter = {
  dead_letter_id: uuid,
  owner: deadLetterOwner,
  vhost: z.enum(['services', 'agents']),
  queue: z.string().nullable(),
  type: z.string(),
  message_id: z.string().nullable(),
};

/**
 * What is known of all dead letters with the same owner, virtual host, queue, type and code. Letters of one cause are told
 * at once only when the cause is new; further ones are told together, once a minute. Absent: the fact is about one letter.
 */
const cause = added(
  z.object({
    cause_id: z.string().max(100),
    /** Rises with each fact about the cause; the highest one is how it is now. */
    version: z.number().int().min(1),
    /** Kept letters that nothing has replayed. */
    waiting: z.number().int().min(0),
    /** When the oldest and the newest of them died; absent when there are none. */
    first_died_at: timestamp.optional(),
    last_died_at: timestamp.optional(),
    /** When the newest of them is deleted at the latest. */
    kept_until: timestamp.optional(),
  }),
);
const letterSample = {
  dead_letter_id: sampleId('ad'),
  owner: 'integration' as const,
  vhost: 'services' as const,
  queue: 'integration.commands',
  type: 'integration.land_change.v1',
  message_id: sampleId('ab'),
};

export const deadLetterRecorded = defineEvent({
  name: 'orchestrator.dead_letter.recorded',
  version: 1,
  owner: 'orchestrator',
  summary:
    'A message was dead-lettered and is not retried automatically. Not published for dead-lettered events about dead letters.',
  payload: z.object({
    ...letter,
    code: z.string(),
    reason: z.string(),
    deaths: z.number().int().min(1),
    died_at: timestamp,
    cause,
  }),
  sample: {
    ...letterSample,
    code: 'invalid_payload',
    reason: 'integration.land_change.v1: base: Invalid string',
    deaths: 1,
    died_at: sampleTime,
  },
});

export const deadLetterReplayed = defineEvent({
  name: 'orchestrator.dead_letter.replayed',
  version: 1,
  owner: 'orchestrator',
  summary: 'An administrator has sent a dead message back to exactly the queue that it died in.',
  payload: z.object({ ...letter, replayed_by: z.string(), replayed_at: timestamp, cause }),
  sample: { ...letterSample, replayed_by: 'grace', replayed_at: sampleTime },
});
