import { z } from 'zod';
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
  summary: 'An administrator has replayed a dead letter to exactly its own queue.',
  payload: z.object({ ...letter, replayed_by: z.string(), replayed_at: timestamp }),
  sample: { ...letterSample, replayed_by: 'grace', replayed_at: sampleTime },
});
