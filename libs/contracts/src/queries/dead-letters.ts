import { z } from 'zod';
import { defineQuery } from '../define/message';
import {
  deadLetterOwner,
  deadLetterResource,
  deadLetterState,
  deadLetterSummary,
} from '../shared/dead-letters';
import { actor, cursor, pageSize, uuid } from '../shared/ids';
import { sampleId, sampleTime } from '../shared/samples';

const letterSample = {
  dead_letter_id: sampleId('ad'),
  owner: 'integration' as const,
  vhost: 'services' as const,
  queue: 'integration.commands',
  message_id: sampleId('ab'),
  type: 'integration.land_change.v1',
  principal_id: null,
  code: 'invalid_payload',
  reason: 'integration.land_change.v1: base: Invalid string',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  deaths: 1,
  state: 'pending' as const,
  died_at: sampleTime,
  replayed_at: null,
  replayed_by: null,
  size: 2,
};
const resourceSample = {
  ...letterSample,
  body: '{}',
  encoding: 'utf-8' as const,
  is_truncated: false,
  replay_refusal: null,
};

export const listDeadLetters = defineQuery({
  name: 'orchestrator.list_dead_letters',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Dead letters of all services, newest first.',
  payload: z.object({
    owner: deadLetterOwner.optional(),
    queue: z.string().max(255).optional(),
    code: z.string().max(100).optional(),
    state: deadLetterState.optional(),
    cursor: cursor.optional(),
    limit: pageSize,
  }),
  reply: z.object({ items: z.array(deadLetterSummary), next_cursor: cursor.nullable() }),
  sample: { queue: 'integration.commands', limit: 50 },
  replySample: { items: [{ ...letterSample, excerpt: '{}' }], next_cursor: null },
});

export const getDeadLetter = defineQuery({
  name: 'orchestrator.get_dead_letter',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'One dead letter with its body.',
  payload: z.object({ dead_letter_id: uuid }),
  reply: deadLetterResource,
  sample: { dead_letter_id: sampleId('ad') },
  replySample: resourceSample,
});

export const replayDeadLetter = defineQuery({
  name: 'orchestrator.replay_dead_letter',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Replay a dead letter to its own queue, under its own id.',
  payload: z.object({ dead_letter_id: uuid, actor }),
  reply: deadLetterResource,
  sample: { dead_letter_id: sampleId('ad'), actor: { name: 'grace', roles: ['admin'] } },
  replySample: {
    ...resourceSample,
    state: 'replayed' as const,
    replayed_at: sampleTime,
    replayed_by: 'grace',
    replay_refusal: { code: 'dead_letter_replayed', message: 'The message was replayed already, by grace.' },
  },
});
