import { z } from 'zod';
import { defineQuery } from '../define/message';
import { agentStatusResource } from '../shared/agents';
import { agentId } from '../shared/ids';
import { sampleTime } from '../shared/samples';

export const getAgentStatus = defineQuery({
  name: 'reporting.get_agent_status',
  version: 1,
  owner: 'reporting',
  senders: ['gateway'],
  summary: 'The state of one agent by its newest report.',
  payload: z.object({ agent_id: agentId }),
  reply: agentStatusResource,
  sample: { agent_id: 'tester-1' },
  replySample: {
    agent_id: 'tester-1',
    agent_type: 'TESTING',
    liveness: 'online',
    enforcement: 'none',
    work: 'idle',
    last_report_at: sampleTime,
    tasks: [],
    metrics: { cpu_percent: 1 },
    age_ms: 12,
  },
});

export const fleetOverview = defineQuery({
  name: 'reporting.fleet_overview',
  version: 1,
  owner: 'reporting',
  senders: ['gateway'],
  summary: 'Counts over the fleet.',
  payload: z.object({}),
  reply: z.object({
    agents: z.number().int(),
    by_liveness: z.record(z.string(), z.number().int()),
    by_type: z.record(z.string(), z.number().int()),
  }),
  sample: {},
  replySample: { agents: 4, by_liveness: { online: 4 }, by_type: { TESTING: 1 } },
});
