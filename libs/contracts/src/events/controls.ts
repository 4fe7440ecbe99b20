import { z } from 'zod';
import { defineEvent } from '../define/message';
import { timestamp } from '../shared/ids';
import { sampleTime } from '../shared/samples';

export const pausedPayload = z.object({ paused_by: z.string(), reason: z.string(), paused_at: timestamp });
const pausedSample = { paused_by: 'grace', reason: 'The model provider is down.', paused_at: sampleTime };
export const resumedPayload = z.object({
  resumed_by: z.string(),
  reason: z.string(),
  paused_at: timestamp,
  resumed_at: timestamp,
});
const resumedSample = {
  resumed_by: 'grace',
  reason: 'The provider is back.',
  paused_at: sampleTime,
  resumed_at: '2026-01-01T01:00:00.000Z',
};

export const dispatchPaused = defineEvent({
  name: 'orchestrator.dispatch.paused',
  version: 1,
  owner: 'orchestrator',
  summary: 'No agent is offered work from now on; work in progress goes on.',
  payload: pausedPayload,
  sample: pausedSample,
});

export const dispatchResumed = defineEvent({
  name: 'orchestrator.dispatch.resumed',
  version: 1,
  owner: 'orchestrator',
  summary: 'Agents are offered work again.',
  payload: resumedPayload,
  sample: resumedSample,
});

export const landingPaused = defineEvent({
  name: 'integration.landing.paused',
  version: 1,
  owner: 'integration',
  summary: 'No branch moves from now on; orders to land wait.',
  payload: pausedPayload,
  sample: pausedSample,
});

export const landingResumed = defineEvent({
  name: 'integration.landing.resumed',
  version: 1,
  owner: 'integration',
  summary: 'Orders to land are carried out again, also those that waited.',
  payload: resumedPayload,
  sample: resumedSample,
});
