import { z } from 'zod';
import { defineQuery } from '../define/message';
import { controlOrder, controlState } from '../shared/controls';
import { sampleTime } from '../shared/samples';

const orderSample = { actor: { name: 'grace', roles: ['admin'] }, reason: 'The model provider is down.' };
const runningSample = {
  state: 'running' as const,
  since: null,
  changed_by: null,
  reason: null,
  waiting: 0,
};
const pausedSample = {
  state: 'paused' as const,
  since: sampleTime,
  changed_by: 'grace',
  reason: 'The model provider is down.',
  waiting: 3,
};

export const getDispatch = defineQuery({
  name: 'orchestrator.get_dispatch',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Whether agents are offered work.',
  payload: z.object({}),
  reply: controlState,
  sample: {},
  replySample: runningSample,
});

export const pauseDispatch = defineQuery({
  name: 'orchestrator.pause_dispatch',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Offer no work to any agent, until resumed.',
  payload: controlOrder,
  reply: controlState,
  sample: orderSample,
  replySample: pausedSample,
});

export const resumeDispatch = defineQuery({
  name: 'orchestrator.resume_dispatch',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Offer work again.',
  payload: controlOrder,
  reply: controlState,
  sample: orderSample,
  replySample: runningSample,
});

export const getLanding = defineQuery({
  name: 'integration.get_landing',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Whether branches may move.',
  payload: z.object({}),
  reply: controlState,
  sample: {},
  replySample: runningSample,
});

export const pauseLanding = defineQuery({
  name: 'integration.pause_landing',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Move no branch, until resumed; orders to land wait.',
  payload: controlOrder,
  reply: controlState,
  sample: orderSample,
  replySample: pausedSample,
});

export const resumeLanding = defineQuery({
  name: 'integration.resume_landing',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Execute orders to land again.',
  payload: controlOrder,
  reply: controlState,
  sample: orderSample,
  replySample: runningSample,
});
