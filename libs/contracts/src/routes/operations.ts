import { z } from 'zod';
import { defineRoute } from '../define/route';
import { listDeadLetters } from '../queries/dead-letters';
import { alertResource } from '../shared/alerts';
import { controlReason, controlState } from '../shared/controls';
import { deadLetterResource } from '../shared/dead-letters';
import { cursor, pageSize, uuid } from '../shared/ids';

const readers = { roles: ['viewer', 'operator', 'approver', 'admin'] } as const;
/** Dead letters contain texts of people and agents. */
const operators = { roles: ['operator', 'admin'] } as const;
const admins = { roles: ['admin'] } as const;
const tag = 'operations';

const controlBody = z.object({ reason: controlReason });

export const getControlsRoute = defineRoute({
  operation: 'getControls',
  method: 'GET',
  path: '/api/v1/controls',
  summary:
    'Whether agents are offered work, and whether branches may move; null where the service does not answer',
  tag,
  access: [readers],
  status: 200,
  response: z.object({ dispatch: controlState.nullable(), landing: controlState.nullable() }),
  errors: [],
});

const controlRoute = (operation: string, path: string, summary: string) =>
  defineRoute({
    operation,
    method: 'POST',
    path,
    summary,
    tag,
    access: [admins],
    body: controlBody,
    status: 200,
    response: controlState,
    errors: [],
  });

export const pauseDispatchRoute = controlRoute(
  'pauseDispatch',
  '/api/v1/dispatch/pause',
  'Offer no work to any agent, until resumed; work in progress continues',
);
export const resumeDispatchRoute = controlRoute(
  'resumeDispatch',
  '/api/v1/dispatch/resume',
  'Offer work again',
);
export const pauseLandingRoute = controlRoute(
  'pauseLanding',
  '/api/v1/landing/pause',
  'Move no branch, until resumed; orders to land wait',
);
export const resumeLandingRoute = controlRoute(
  'resumeLanding',
  '/api/v1/landing/resume',
  'Execute orders to land again, also those that waited',
);

export const listDeadLettersRoute = defineRoute({
  operation: 'listDeadLetters',
  method: 'GET',
  path: '/api/v1/dead-letters',
  summary: 'Dead letters, which are not retried automatically, newest first',
  tag,
  access: [operators],
  query: listDeadLetters.payload,
  status: 200,
  response: listDeadLetters.reply,
  errors: [],
});

const deadLetterParams = z.object({ dead_letter_id: uuid });

export const getDeadLetterRoute = defineRoute({
  operation: 'getDeadLetter',
  method: 'GET',
  path: '/api/v1/dead-letters/{dead_letter_id}',
  summary: 'One dead letter with its body, without secrets',
  tag,
  access: [operators],
  params: deadLetterParams,
  status: 200,
  response: deadLetterResource,
  errors: ['dead_letter_not_found'],
});

export const replayDeadLetterRoute = defineRoute({
  operation: 'replayDeadLetter',
  method: 'POST',
  path: '/api/v1/dead-letters/{dead_letter_id}/replay',
  summary: 'Replay it to its own queue; its consumer handles it once',
  tag,
  access: [admins],
  params: deadLetterParams,
  status: 202,
  idempotent: true,
  response: deadLetterResource,
  errors: [
    'dead_letter_not_found',
    'dead_letter_replayed',
    'dead_letter_not_replayable',
    'dead_letter_expired',
    'idempotency_key_reused',
  ],
});
export const listAlertsRoute = defineRoute({
  operation: 'listAlerts',
  method: 'GET',
  path: '/api/v1/alerts',
  summary: 'Alerts for people, newest first',
  tag,
  access: [readers],
  query: z.object({
    state: z.enum(['open', 'all']).default('open'),
    cursor: cursor.optional(),
    limit: pageSize,
  }),
  status: 200,
  response: z.object({ items: z.array(alertResource), next_cursor: cursor.nullable() }),
  errors: [],
});
