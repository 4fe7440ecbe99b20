import { z } from 'zod';
import { defineRoute } from '../define/route';
import {
  createEnrolment,
  liftFreeze,
  listAgents,
  principalCredential,
  principalStatus,
  registerAgent,
} from '../queries/registry';
import { fleetOverview } from '../queries/reporting';
import { agentResource, agentStatusResource } from '../shared/agents';
import { agentId, principalId } from '../shared/ids';

const readers = { roles: ['viewer', 'operator', 'approver', 'admin'] } as const;
const tag = 'agents';

export const createEnrolmentRoute = defineRoute({
  operation: 'createEnrolment',
  method: 'POST',
  path: '/api/v1/enrolments',
  summary: 'Create a single-use enrolment token',
  tag,
  access: [{ roles: ['admin'] }],
  body: z.object({
    kind: z.enum(['principal', 'agent']),
    valid_s: z.number().int().min(60).max(86_400).default(3600),
  }),
  status: 201,
  response: createEnrolment.reply,
  errors: [],
});

export const enrolPrincipalRoute = defineRoute({
  operation: 'enrolPrincipal',
  method: 'POST',
  path: '/api/v1/principals/enrol',
  summary: 'Spend an enrolment token: get a credential, shown once, and a queue',
  tag,
  access: ['enrolment'],
  body: z.object({ principal_id: principalId }),
  status: 201,
  response: principalCredential,
  errors: ['enrolment_invalid', 'principal_exists', 'principal_id_unusable'],
});

export const registerAgentRoute = defineRoute({
  operation: 'registerAgent',
  method: 'POST',
  path: '/api/v1/agents/register',
  summary: 'Register an agent',
  tag,
  access: ['principal', 'enrolment', { roles: ['admin'] }],
  body: registerAgent.payload.pick({ agent_id: true, agent_type: true, capabilities: true, config: true }),
  status: 201,
  idempotent: true,
  response: registerAgent.reply,
  errors: [
    'agent_exists',
    'config_too_large',
    'enrolment_invalid',
    'principal_full',
    'principal_not_active',
    'principal_serves_one_agent',
    'idempotency_key_reused',
  ],
});

export const listAgentsRoute = defineRoute({
  operation: 'listAgents',
  method: 'GET',
  path: '/api/v1/agents',
  summary: 'List agents',
  tag,
  access: [readers],
  query: listAgents.payload,
  status: 200,
  response: listAgents.reply,
  errors: [],
});

export const getAgentRoute = defineRoute({
  operation: 'getAgent',
  method: 'GET',
  path: '/api/v1/agents/{agent_id}',
  summary: 'One agent',
  tag,
  access: [readers],
  params: z.object({ agent_id: agentId }),
  status: 200,
  response: agentResource,
  errors: ['agent_not_found'],
});

export const getAgentStatusRoute = defineRoute({
  operation: 'getAgentStatus',
  method: 'GET',
  path: '/api/v1/agents/{agent_id}/status',
  summary: 'The state of an agent by its reports',
  tag,
  access: [readers],
  params: z.object({ agent_id: agentId }),
  status: 200,
  response: agentStatusResource,
  errors: ['agent_not_found'],
});

export const retireAgentRoute = defineRoute({
  operation: 'retireAgent',
  method: 'POST',
  path: '/api/v1/agents/{agent_id}/retire',
  summary: 'Retire an agent',
  tag,
  access: [{ roles: ['admin'] }],
  params: z.object({ agent_id: agentId }),
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 200,
  response: agentResource,
  errors: ['agent_not_found'],
});

export const liftFreezeRoute = defineRoute({
  operation: 'liftFreeze',
  method: 'POST',
  path: '/api/v1/agents/{agent_id}/lift-freeze',
  summary: 'Restore the authority of a frozen agent',
  tag,
  access: [{ roles: ['admin'] }],
  params: z.object({ agent_id: agentId }),
  body: liftFreeze.payload.pick({ reason: true }),
  status: 200,
  response: agentResource,
  errors: ['agent_not_found', 'agent_not_frozen', 'reason_too_short'],
});

export const overviewRoute = defineRoute({
  operation: 'getOverview',
  method: 'GET',
  path: '/api/v1/overview',
  summary: 'Counts over the fleet',
  tag,
  access: [readers],
  status: 200,
  response: fleetOverview.reply,
  errors: [],
});

export const meStatusRoute = defineRoute({
  operation: 'getMyStatus',
  method: 'GET',
  path: '/api/v1/me/status',
  summary: 'A principal’s own status; answers also while it is refused elsewhere',
  tag,
  access: ['any_principal'],
  status: 200,
  response: principalStatus.reply,
  errors: [],
});
