import {
  cancelWorkflow,
  changeRefused,
  jsonSchemaOf,
  landingRefused,
  resolveGate,
  result,
  startWorkflow,
  taskDeclined,
  type PayloadOf,
} from '@ymera/contracts';
import { isStorable } from '@ymera/kernel';
import fc from 'fast-check';
import type { z } from 'zod';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base, enhancePlan, loopingPlan } from '../testing/plans';
import { passedTests, rejectingVerdict, WorkflowScenario } from '../testing/workflow-scenario';
import { sendEffects } from './send-effects';

type Schema = Readonly<Record<string, unknown>>;

const members = (schema: Schema, name: string): Schema | undefined =>
  (schema['properties'] as Readonly<Record<string, Schema>> | undefined)?.[name];

/** The sample with each free text as long as its contract allows: those with a `maxLength` and neither form nor pattern. */
function longest(schema: Schema, sample: unknown, unit: string): unknown {
  const variants = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (variants) {
    const fitting = variants.find((one) => one['type'] === (sample === null ? 'null' : typeof sample));
    return fitting ? longest(fitting, sample, unit) : sample;
  }
  const { maxLength } = schema;
  if (typeof sample === 'string')
    return typeof maxLength === 'number' && !schema['pattern'] && !schema['format'] && !schema['enum']
      ? unit.repeat(maxLength).slice(0, maxLength - (maxLength % unit.length))
      : sample;
  if (Array.isArray(sample))
    return sample.map((one) => longest((schema['items'] as Schema | undefined) ?? {}, one, unit));
  if (typeof sample !== 'object' || sample === null) return sample;
  return Object.fromEntries(
    Object.entries(sample).map(([name, one]) => [name, longest(members(schema, name) ?? {}, one, unit)]),
  );
}

const stretched = <P extends z.ZodType>(
  contract: { readonly payload: P },
  sample: unknown,
  unit: string,
): z.output<P> =>
  contract.payload.parse(longest(jsonSchemaOf(contract.payload, { io: 'input' }), sample, unit));

const error = { code: 'x', message: 'x', retryable: true, suggestion: 'x' };
const finding = {
  code: 'x',
  severity: 'high' as const,
  message: 'x',
  file: 'x',
  evidence: 'x',
  suggestion: 'x',
  waivable: true,
};
const attemptOf = (scenario: WorkflowScenario, stepId: string) => {
  const { agentId, taskId, attempt, fencingToken } = scenario.attempt(stepId);
  return { agent_id: agentId, task_id: taskId, attempt, fencing_token: fencingToken };
};

/** Each is what a contract allows; what the workflow makes of it must be what the next contract allows. */
const stories: Readonly<Record<string, (unit: string, text: string) => WorkflowScenario>> = {
  'a request with a long answer is run and canceled': (unit, text) => {
    const scenario = started(unit, text);
    scenario.assign('review');
    const cancel = stretched(cancelWorkflow, cancelWorkflow.sample, unit);
    scenario.send({ kind: 'cancel_requested', by: cancel.canceled_by, reason: cancel.reason });
    return scenario;
  },
  'a landing is withdrawn': (unit, text) => {
    const scenario = started(unit, text);
    scenario.approvedChange();
    const cancel = stretched(cancelWorkflow, cancelWorkflow.sample, unit);
    scenario.send({ kind: 'cancel_requested', by: cancel.canceled_by, reason: cancel.reason });
    const { error: refused } = stretched(landingRefused, { ...landingRefused.sample, error }, unit);
    scenario.send({
      kind: 'landing_refused',
      refusal: { ...refusalOf(scenario), error: refused },
    });
    return scenario;
  },
  'agents decline until the step fails': (unit, text) => {
    const scenario = started(unit, text);
    for (let times = 0; times <= scenario.context.policy.maxDeclines; times += 1) {
      scenario.assign('review');
      const claim = scenario.claim(scenario.attempt('review'));
      const { code, message } = stretched(taskDeclined, taskDeclined.sample, unit);
      scenario.send({ kind: 'task_declined', claim, code, message });
      scenario.send({ kind: 'backoff_over', stepId: 'review' });
    }
    return scenario;
  },
  'agents fail until the step fails': (unit, text) => {
    const scenario = started(unit, text);
    for (const retryable of [true, false, false]) {
      scenario.assign('review');
      scenario.end(
        'review',
        ended(scenario, 'review', unit, { outcome: 'failed', error: { ...error, retryable } }),
      );
      scenario.send({ kind: 'backoff_over', stepId: 'review' });
    }
    return scenario;
  },
  'no agent takes the step in time after a failure': (unit, text) => {
    const scenario = started(unit, text);
    scenario.assign('review');
    scenario.end('review', ended(scenario, 'review', unit, { outcome: 'failed', error }));
    scenario.send({ kind: 'backoff_over', stepId: 'review' });
    scenario.send({ kind: 'queue_expired', stepId: 'review' });
    return scenario;
  },
  'a change is refused': (unit, text) => {
    const scenario = started(unit, text);
    scenario.do('review');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    const sample = { ...changeRefused.sample, error, findings: [finding] };
    const refused = stretched(changeRefused, sample, unit);
    const { agent_id, task_id, attempt } = attemptOf(scenario, 'enhance');
    const about = { ...refusalOf(scenario), step_id: 'enhance', agent_id, task_id, attempt };
    scenario.send({ kind: 'change_refused', refusal: { ...refused, ...about } });
    scenario.send({ kind: 'backoff_over', stepId: 'enhance' });
    scenario.assign('enhance');
    return scenario;
  },
  'a rejection is escalated, sent back and abandoned': (unit, text) => {
    const scenario = started(unit, text, loopingPlan);
    const decision = stretched(resolveGate, { ...resolveGate.sample, reason: 'x' }, unit);
    for (const option of ['retry', 'accept', 'abandon'] as const) {
      for (let round = 0; scenario.workflow.state === 'running' && round < 4; round += 1) {
        if (scenario.step('review').state === 'ready') scenario.do('review');
        if (scenario.step('enhance').state === 'ready') {
          scenario.do('enhance', { change: { base, patch: 'diff' } });
          scenario.recordCommit();
        }
        if (scenario.step('test').state === 'ready') scenario.do('test', { tests: passedTests() });
        if (scenario.step('validate').state !== 'ready') break;
        scenario.assign('validate');
        const verdict = { ...rejectingVerdict(finding), reasons: ['x'] };
        scenario.end('validate', ended(scenario, 'validate', unit, { verdict, findings: [finding] }));
      }
      scenario.choose('validate', option, decision.reason);
    }
    return scenario;
  },
};

function started(unit: string, text: string, plan = enhancePlan): WorkflowScenario {
  const { plan: longPlan } = stretched(startWorkflow, { ...startWorkflow.sample, plan }, unit);
  return new WorkflowScenario(longPlan, undefined, { request_text: text });
}

const ended = (
  scenario: WorkflowScenario,
  stepId: string,
  unit: string,
  outcome: Partial<PayloadOf<typeof result>>,
): PayloadOf<typeof result> =>
  stretched(
    result,
    { outcome: 'completed', artefacts: [], ...attemptOf(scenario, stepId), ...outcome },
    unit,
  );

function refusalOf(scenario: WorkflowScenario) {
  const { workflow_id, request_id } = scenario.workflow.definition;
  const order = scenario.orders('land').at(-1);
  return {
    project_id: 'sample',
    workflow_id,
    request_id,
    step_id: 'integrate',
    change_id: order?.kind === 'land' ? order.payload.change_id : '01936d00-0000-7000-8000-0000000000ff',
  };
}

describe('texts as long as their contracts allow', () => {
  it.each(Object.keys(stories))('fit into every message that carries them on: %s', async (name) => {
    const story = stories[name];
    if (!story) throw new Error(name);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a', 'ä', '"', '😀', 'x😀'),
        fc.constantFrom(1, 19_999, 20_000, 20_001, 40_001, 100_000),
        async (unit, length) => {
          const scenario = story(unit, unit.repeat(length).slice(0, length - (length % unit.length)) || unit);
          const { unitOfWork } = new OrchestratorInMemory();
          // The outbox refuses what breaks its contract, as in production.
          await unitOfWork.run((tx) =>
            sendEffects(tx, scenario.workflow.definition.workflow_id, scenario.effects),
          );
          for (const { outgoing, payload } of unitOfWork.outbox.messages) {
            expect(isStorable(payload)).toBe(true);
            expect(Buffer.byteLength(outgoing.body)).toBeLessThan(1_048_576);
          }
          expect(isStorable(scenario.workflow)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('reach agents with both ends and a visible mark, and stay whole in the workflow', () => {
    const text = `Improve it.\n${'x'.repeat(40_000)}\nOnly src/parse.js.`;
    const scenario = started('a', text);
    scenario.assign('review');
    const told = scenario.sent('task')[0]?.payload.input.request_text ?? '';
    expect(told).toMatch(
      /^Improve it\.\nx+\n\[\.\.\. \d+ characters left out \.\.\.\]\nx+\nOnly src\/parse\.js\.$/,
    );
    expect(scenario.workflow.definition.request_text).toBe(text);
  });
});
