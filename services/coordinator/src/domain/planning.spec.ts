import { intents, plan as planSchema } from '@ymera/contracts';
import { agentTypesOf, planFor } from './planning';

const limits = { taskTimeoutS: 600, gateExpiryS: 3600, budgetS: 7200 };

// Mission: A2
describe('planFor', () => {
  it('plans ENHANCE as review, enhance, test, validate, integrate, with an approval before the work and before the landing', () => {
    const planned = planFor({ intent: 'ENHANCE' }, 'Improve it', limits);
    expect(planned.ok && planned.value.steps.map(({ step_id }) => step_id)).toEqual([
      'approve_plan',
      'review',
      'baseline',
      'enhance',
      'test',
      'validate',
      'approve_landing',
      'integrate',
    ]);
    expect(planned.ok && agentTypesOf(planned.value)).toEqual(['EXAMINATION', 'TESTING', 'ENHANCEMENT']);
  });

  it('plans a change for tests to be written and no change for tests to be run', () => {
    const written = planFor({ intent: 'TEST', writesTests: true }, 'Add tests', limits);
    const run = planFor({ intent: 'TEST' }, 'Run the tests', limits);
    const steps = (planned: typeof run) =>
      planned.ok &&
      planned.value.steps.map((step) =>
        step.kind === 'task' ? `${step.agent_type} ${step.task_type}` : step.kind,
      );
    expect(steps(written)).toEqual([
      'gate',
      'EXAMINATION review',
      'TESTING test',
      'CODING code',
      'TESTING test',
      'EXAMINATION validate',
      'gate',
      'integration',
    ]);
    expect(steps(run)).toEqual(['TESTING test']);
    expect(written).toMatchObject({ value: { intent: 'TEST', risk: 'high' } });
  });

  it.each(['ENHANCE', 'DEBUG', 'FEATURE', 'DOCUMENT', 'SECURITY'] as const)(
    'tests the base for %s before the change, in parallel with the review',
    (intent) => {
      const planned = planFor({ intent }, 'x', limits);
      const steps = planned.ok ? planned.value.steps : [];
      const baseline = steps.find(({ step_id }) => step_id === 'baseline');
      expect(baseline).toMatchObject({ agent_type: 'TESTING', task_type: 'test', produces: 'findings' });
      expect(baseline?.depends_on).toEqual(['approve_plan']);
      const change = steps.find((step) => step.kind === 'task' && step.produces === 'change');
      expect(change?.depends_on).toContain('baseline');
    },
  );

  it.each(intents)('requires an examination and a landing gate before every landing for %s', (intent) => {
    const planned = planFor({ intent }, 'x', limits);
    if (!planned.ok) {
      expect(planned.error.code).toBe('intent_unsupported');
      return;
    }
    const { steps } = planSchema.parse(planned.value);
    const ancestors = (id: string): string[] => {
      const direct = steps.find(({ step_id }) => step_id === id)?.depends_on ?? [];
      return [...direct, ...direct.flatMap(ancestors)];
    };
    for (const landing of steps.filter(({ kind }) => kind === 'integration')) {
      const before = steps.filter(({ step_id }) => ancestors(landing.step_id).includes(step_id));
      expect(before.some((step) => step.kind === 'task' && step.produces === 'verdict')).toBe(true);
      expect(before.some((step) => step.kind === 'task' && step.produces === 'tests')).toBe(true);
      expect(before.some((step) => step.kind === 'gate' && step.gate === 'landing_approval')).toBe(true);
    }
  });
});
