import type { z } from 'zod';
import type { plan } from './plan';

/** Ids and values that samples share; not used at run time. */
export const sampleId = (suffix: string): string => `01936d00-0000-7000-8000-${suffix.padStart(12, '0')}`;
export const sampleOid = '0123456789abcdef0123456789abcdef01234567';
export const sampleDigest = `sha256:${'0'.repeat(64)}`;
export const sampleTime = '2026-01-01T00:00:00.000Z';

export const samplePlan: z.input<typeof plan> = {
  intent: 'ENHANCE',
  title: 'Improve the performance of this algorithm',
  risk: 'high',
  budget_s: 3600,
  steps: [
    {
      kind: 'gate',
      step_id: 'approve_plan',
      name: 'approve the plan',
      depends_on: [],
      gate: 'plan_approval',
      expires_s: 86_400,
    },
    {
      kind: 'task',
      step_id: 'enhance',
      name: 'enhance',
      depends_on: ['approve_plan'],
      agent_type: 'ENHANCEMENT',
      task_type: 'enhance',
      produces: 'change',
      max_attempts: 3,
      timeout_s: 600,
    },
  ],
};
