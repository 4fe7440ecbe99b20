import { escalationOption, landingSubjectDigest, openFindings, type Finding } from '@ymera/contracts';
import fc from 'fast-check';
import {
  enhancePlan,
  gatedPlan,
  loopingPlan,
  base,
  oid,
  planOf,
  review,
  test as testStep,
} from '../../testing/plans';
import {
  approvingVerdict,
  badFinding,
  idFrom,
  judgement,
  passedTests,
  rejectingVerdict,
  resultFrom,
  WorkflowScenario,
} from '../../testing/workflow-scenario';
import type { TaskResult } from '../attempt/judge-result';
import { needOfStep } from '../step/need-of-step';
import { baseOf, type Attempt } from './workflow';
import type { WorkflowEvent } from './workflow-event';
import { activeStepStates, isActiveStep } from '../step/step-lifecycle';
import { eventOfTimer, timerKinds, timersOf } from './timers';

const plans = {
  enhance: enhancePlan,
  gated: gatedPlan,
  looping: loopingPlan,
  parallel: planOf([review, { ...testStep, depends_on: [] }]),
};

const resultsWith = (verdict: NonNullable<TaskResult['verdict']>): readonly Partial<TaskResult>[] => [
  {},
  { change: { base, patch: 'diff' }, tests: passedTests(), verdict },
  { tests: { ...passedTests(), failed: 1, exit_code: 1 }, findings: [badFinding] },
  { change: { base, patch: 'diff' }, verdict: { ...approvingVerdict(), approved: false } },
  { outcome: 'failed', error: { code: 'network', message: 'No route.', retryable: true } },
  { outcome: 'failed', error: { code: 'agent_failed', message: 'Code 1.', retryable: false } },
  { outcome: 'canceled' },
  { outcome: 'rejected' },
];

/** The next action, drawn as numbers so that every draw means something in every state. */
const action = fc.record({
  kind: fc.constantFrom(
    ...([
      'assign',
      'assign',
      'assign',
      'accept',
      'end',
      'end',
      'end',
      'end',
      'decline',
      'timer',
      'wrong_timer',
    ] as const),
    ...([
      'made',
      'made',
      'made',
      'made',
      'refused',
      'landed',
      'not_landed',
      'gate',
      'gate',
      'gate',
      'cancel',
      'exhausted',
    ] as const),
  ),
  step: fc.nat(9),
  attempt: fc.nat(5),
  result: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 2, arbitrary: fc.nat(resultsWith(approvingVerdict()).length - 1) },
  ),
  agent: fc.nat(2),
  wait: fc.nat(20_000),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Mostly about the present change, sometimes about the one before the branch moved. */
function about(scenario: WorkflowScenario, result: Partial<TaskResult>, drawn: Action): Partial<TaskResult> {
  const change = Object.values(scenario.workflow.steps).flatMap(({ output }) => output?.change ?? [])[0];
  const isStale = drawn.wait % 8 === 0;
  const from = baseOf(scenario.workflow);
  return {
    ...result,
    ...(result.change ? { change: { ...result.change, base: from } } : {}),
    ...(result.tests && change && !isStale ? { tests: { ...result.tests, tree: change.tree } } : {}),
    ...(result.verdict && change && !isStale
      ? { verdict: { ...result.verdict, base: change.base, commit: change.commit, tree: change.tree } }
      : {}),
  };
}

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

function eventFrom(
  scenario: WorkflowScenario,
  drawn: Action,
  verdict: NonNullable<TaskResult['verdict']>,
): WorkflowEvent | undefined {
  const { workflow } = scenario;
  const steps = Object.values(workflow.steps);
  const active = steps.filter(({ state }) => isActiveStep(state));
  const step = pick(active.length > 0 && drawn.attempt < 4 ? active : steps, drawn.step);
  if (!step) return undefined;
  const { stepId } = step;
  // Mostly the current attempt, sometimes an old one: late and repeated messages.
  const attempt: Attempt | undefined =
    drawn.attempt < 4 ? step.attempts.at(-1) : pick(step.attempts, drawn.step);
  const landed = scenario.orders('land').at(-1);
  const ids = {
    project_id: 'sample',
    workflow_id: workflow.definition.workflow_id,
    request_id: workflow.definition.request_id,
  };
  switch (drawn.kind) {
    case 'assign': {
      const ready = pick(
        steps.filter(({ state }) => state === 'ready'),
        drawn.step,
      );
      const agentId = `agent-${ready?.stepId ?? stepId}-${drawn.agent}`;
      return {
        kind: 'agent_assigned',
        stepId: ready?.stepId ?? stepId,
        agent: { agentId, principalId: `${agentId}-principal`, credentialEpoch: 1 },
        reason: 'drawn',
      };
    }
    case 'accept':
      return attempt && { kind: 'task_accepted', claim: scenario.claim(attempt) };
    case 'decline':
      return (
        attempt && { kind: 'task_declined', claim: scenario.claim(attempt), code: 'busy', message: 'Busy.' }
      );
    case 'end':
      return (
        attempt && {
          kind: 'task_ended',
          claim: scenario.claim(attempt),
          result: resultFrom(attempt, about(scenario, resultsWith(verdict)[drawn.result] ?? {}, drawn)),
        }
      );
    case 'timer': {
      const due = pick(timersOf(workflow, scenario.context.policy), drawn.step + drawn.attempt);
      if (!due) return undefined;
      scenario.context.now = Math.max(scenario.context.now, due.dueAt);
      return eventOfTimer(workflow, due.stepId, due.kind);
    }
    case 'wrong_timer': {
      const kind =
        pick(
          timerKinds.filter((one) => one !== 'budget' && one !== 'deadline'),
          drawn.attempt,
        ) ?? 'queue';
      return kind === 'queue' || kind === 'gate_expiry' ? undefined : eventOfTimer(workflow, stepId, kind);
    }
    case 'made':
    case 'refused': {
      const moving = drawn.attempt < 4 ? steps.find(({ state }) => state === 'materialising') : step;
      const current = moving?.attempts.at(-1);
      if (!moving || !current) return undefined;
      const named = {
        ...ids,
        step_id: moving.stepId,
        task_id: current.taskId,
        attempt: current.attempt,
        agent_id: current.agentId,
      };
      if (drawn.kind === 'refused')
        return {
          kind: 'change_refused',
          refusal: {
            ...named,
            error: { code: 'change_outside', message: 'Outside.', retryable: drawn.wait % 2 === 0 },
            findings: [],
          },
        };
      return {
        kind: 'change_materialised',
        change: {
          ...named,
          change_id: idFrom(drawn.wait),
          base: drawn.attempt === 3 ? base : baseOf(workflow),
          commit: oid(moving.rebase ? 'd' : 'c'),
          tree: oid(moving.rebase ? '8' : '7'),
          files: 1,
        },
      };
    }
    case 'landed':
    case 'not_landed': {
      if (landed?.kind !== 'land') return undefined;
      const named = { ...ids, step_id: landed.payload.step_id, change_id: landed.payload.change_id };
      if (drawn.kind === 'not_landed')
        return {
          kind: 'landing_refused',
          refusal: {
            ...named,
            error: { code: 'base_moved', message: 'Moved.', retryable: true },
            ...(drawn.wait % 4 === 0 ? {} : { head: oid(pick(['1', '2', '3'], drawn.wait) ?? '1') }),
          },
        };
      return {
        kind: 'change_landed',
        landed: {
          ...named,
          base,
          commit: oid('c'),
          tree: oid('7'),
          branch: 'main',
          landed_at: '2026-01-01T00:00:00.000Z',
        },
      };
    }
    case 'gate': {
      const waiting = steps.find(({ state }) => state === 'waiting_gate');
      return (
        waiting?.gate && {
          kind: 'gate_decided',
          decision: {
            gate_id: waiting.gate.gateId,
            workflow_id: workflow.definition.workflow_id,
            subject_digest: drawn.attempt === 5 ? `sha256:${'0'.repeat(64)}` : waiting.gate.subjectDigest,
            decision: drawn.agent === 2 && drawn.attempt === 4 ? 'denied' : 'approved',
            ...(waiting.gate.escalation
              ? {
                  option: pick(escalationOption.options, drawn.wait),
                  reason: drawn.agent === 1 ? 'ok' : 'The figure is within the noise.',
                }
              : {}),
            approval_id: idFrom(1),
            decided_by: drawn.step > 6 ? workflow.definition.requested_by : 'grace',
            decided_at: new Date(scenario.context.now).toISOString(),
          },
        }
      );
    }
    case 'exhausted':
      return { kind: 'agents_exhausted', stepId, reason: 'drawn' };
    case 'cancel':
      return drawn.attempt === 5 && drawn.agent === 0
        ? { kind: 'cancel_requested', by: 'ada', reason: 'Drawn.' }
        : undefined;
  }
}

/** Rejected beyond the limit of its plan. */
function escalated(): WorkflowScenario {
  const scenario = new WorkflowScenario(loopingPlan);
  const failing = { tests: { ...passedTests(), failed: 1, exit_code: 1 } };
  scenario.change();
  scenario.do('test', failing);
  scenario.do('enhance', { change: { base, patch: 'diff' } });
  scenario.recordCommit();
  scenario.do('test', failing);
  return scenario;
}

/** Possible findings of an examination; its own statement of approval is drawn separately. */
const foundSets: readonly (readonly Finding[])[] = [
  [judgement],
  [judgement, { ...judgement, file: 'src/other.js' }],
  [judgement, { ...judgement, code: 'secret', severity: 'critical' }],
  [judgement, { ...badFinding, code: 'tests_missing' }],
  [badFinding],
];

/** Rejected by the examination beyond the limit of its plan. */
function judged(found: readonly Finding[]): WorkflowScenario {
  const scenario = new WorkflowScenario(loopingPlan);
  scenario.change();
  for (let round = 0; ; round += 1) {
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: rejectingVerdict(...found) });
    if (round === 2) return scenario;
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    scenario.recordCommit();
  }
}

/** There is a change that has passed its tests. */
function tested(scenario: WorkflowScenario): WorkflowScenario {
  if ('approve_plan' in scenario.workflow.steps) scenario.decide('approve_plan', 'approved');
  scenario.change();
  scenario.do('test', { tests: passedTests() });
  return scenario;
}

/** The branch moved before the landing; rebased on the new head, where the change has passed its tests. */
function overtaken(scenario: WorkflowScenario): WorkflowScenario {
  tested(scenario).do('validate', { verdict: approvingVerdict() });
  if ('approve_landing' in scenario.workflow.steps) scenario.decide('approve_landing', 'approved');
  scenario.refuseLanding(oid('e'));
  scenario.rebase(oid('e'), oid('d'), oid('8'));
  scenario.do('test', { tests: passedTests(oid('8')) });
  return scenario;
}

interface Reached {
  readonly states: Map<string, number>;
}

function play(
  name: keyof typeof plans,
  actions: readonly Action[],
  check: (
    scenario: WorkflowScenario,
    event: WorkflowEvent,
    before: WorkflowScenario['workflow'],
    from: number,
  ) => void,
  scenario = new WorkflowScenario(plans[name]),
  verdict = approvingVerdict(),
): WorkflowScenario {
  for (const drawn of actions) {
    scenario.wait(drawn.wait % 100);
    const event = eventFrom(scenario, drawn, verdict);
    if (!event) continue;
    const before = scenario.workflow;
    const from = scenario.effects.length;
    scenario.send(event);
    check(scenario, event, before, from);
    // An event delivered twice has the effect of one: at most the agent that sent it is answered again.
    const after = scenario.workflow;
    if (event.kind !== 'integration_overdue' && event.kind !== 'agent_assigned') {
      scenario.send(event);
      expect(scenario.workflow).toEqual(after);
    }
  }
  return scenario;
}

const interleaving = fc.tuple(
  fc.constantFrom(...(Object.keys(plans) as (keyof typeof plans)[])),
  fc.array(action, { minLength: 5, maxLength: 90 }),
);
const many = { numRuns: Number(process.env['YMERA_PROPERTY_RUNS'] ?? 400) };

// Mission: D7
describe('a workflow under any interleaving of late and repeated events', () => {
  it('always has an agent, timer, person or service that will move it while it runs', () => {
    const reached: Reached = { states: new Map() };
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        const scenario = play(name, actions, ({ workflow, context }) => {
          const timers = timersOf(workflow, context.policy);
          if (workflow.state !== 'running') {
            expect(timers).toEqual([]);
            return;
          }
          const active = Object.values(workflow.steps).filter(({ state }) => isActiveStep(state));
          expect(active.length).toBeGreaterThan(0);
          for (const { stepId } of active) expect(timers.some((timer) => timer.stepId === stepId)).toBe(true);
        });
        reached.states.set(scenario.workflow.state, (reached.states.get(scenario.workflow.state) ?? 0) + 1);
      }),
      many,
    );
    // The draw is useful only if it reaches every end.
    expect([...reached.states.keys()].sort()).toEqual(['canceled', 'completed', 'failed', 'running']);
  });

  it('keeps a step from the agents that failed it with an error that cannot be retried', () => {
    let another = 0;
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        const scenario = new WorkflowScenario(plans[name]);
        const check = ({ workflow }: WorkflowScenario) => {
          for (const { stepId, state, attempts, taskId } of Object.values(workflow.steps)) {
            if (state !== 'ready') continue;
            const need = needOfStep(workflow, stepId);
            const failed = attempts.filter((one) => one.taskId === taskId && one.state === 'failed');
            another += failed.length;
            for (const { agentId, error } of failed) {
              expect(need?.avoided).toContain(agentId);
              if (error?.retryable === false) expect(need?.failed).toContain(agentId);
            }
          }
        };
        play(name, actions, check, scenario);
      }),
      many,
    );
    expect(another).toBeGreaterThan(0);
  });

  it('never reopens what has ended', () => {
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        play(name, actions, ({ workflow }, _, before) => {
          if (before.state !== 'running') expect(workflow.state).toBe(before.state);
          for (const step of Object.values(before.steps)) {
            if (['failed', 'canceled', 'skipped'].includes(step.state))
              expect(workflow.steps[step.stepId]?.state).toBe(step.state);
            for (const attempt of step.attempts) {
              const now = workflow.steps[step.stepId]?.attempts.find(
                (one) => one.fencingToken === attempt.fencingToken,
              );
              if (!['offered', 'running', 'reported'].includes(attempt.state))
                expect(now?.state).toBe(attempt.state);
            }
          }
        });
      }),
      many,
    );
  });

  it('issues strictly rising fencing tokens, and never two attempts of one name', () => {
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        const scenario = play(name, actions, () => undefined);
        const tokens = new Map<string, number>();
        const named = new Set<string>();
        for (const { payload } of scenario.sent('task')) {
          const step = payload.input.step_id;
          expect(payload.fencing_token).toBeGreaterThan(tokens.get(step) ?? 0);
          tokens.set(step, payload.fencing_token);
          expect(named.has(`${payload.task_id}/${payload.attempt}`)).toBe(false);
          named.add(`${payload.task_id}/${payload.attempt}`);
        }
      }),
      many,
    );
  });

  it('answers every result exactly once, and accepts only results that it awaits', () => {
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        play(name, actions, (scenario, event, before, from) => {
          if (event.kind !== 'task_ended') return;
          const answers = scenario.effects
            .slice(from)
            .filter((effect) => effect.kind === 'to_agent' && effect.name.startsWith('result_'));
          expect(answers).toHaveLength(1);
          const holder = Object.values(before.steps)
            .flatMap(({ attempts }) => attempts)
            .find(({ taskId, attempt }) => taskId === event.claim.taskId && attempt === event.claim.attempt);
          const mayAccept =
            holder !== undefined &&
            (holder.isSettled ||
              holder.state === 'offered' ||
              holder.state === 'running' ||
              event.result.outcome === 'canceled');
          if (!mayAccept) expect(answers[0]).toMatchObject({ name: 'result_refused' });
        });
      }),
      many,
    );
  });

  it.each([
    ['a workflow', tested, enhancePlan],
    ['a workflow with gates', tested, gatedPlan],
    ['an overtaken workflow', overtaken, enhancePlan],
    ['an overtaken workflow with gates', overtaken, gatedPlan],
  ])(
    '(%s) lands only what another agent approved, on exactly that tree, with its tests',
    (_, begun, plan) => {
      let landings = 0;
      fc.assert(
        fc.property(interleaving, ([, actions]) => {
          const scenario = begun(new WorkflowScenario(plan));
          const before = scenario.orders('land').length;
          play('enhance', actions, () => undefined, scenario);
          landings += scenario.orders('land').length - before;
          for (const order of scenario.orders('land')) {
            if (order.kind !== 'land') continue;
            const { verdict, tests, base: from, tree, commit, producer_agent_id, approval } = order.payload;
            expect(verdict).toMatchObject({ approved: true, base: from, tree, commit });
            expect(verdict.agent_id).not.toBe(producer_agent_id);
            expect(tests).toMatchObject({ tree, exit_code: 0, failed: 0 });
            if (plan === gatedPlan)
              expect(approval?.subject_digest).toBe(landingSubjectDigest(tree, verdict));
          }
        }),
        many,
      );
      expect(landings).toBeGreaterThan(0);
    },
  );

  it('limits its escalations, closes every gate once, and leaves none open at the end', () => {
    const chosen = new Set<string>();
    fc.assert(
      fc.property(interleaving, ([, actions]) => {
        const scenario = play('looping', actions, () => undefined, escalated());
        const { policy } = scenario.context;
        const asked = scenario.facts('workflow_escalated').length;
        for (const { payload } of scenario.facts('gate_closed'))
          if (payload.option) chosen.add(payload.option);
        expect(asked).toBeLessThanOrEqual(policy.maxEscalations);
        const opened = scenario.facts('gate_opened').map(({ payload }) => payload.gate_id);
        const closed = scenario.facts('gate_closed').map(({ payload }) => payload.gate_id);
        expect(new Set(closed).size).toBe(closed.length);
        expect(closed.every((gateId) => opened.includes(gateId))).toBe(true);
        const open = Object.values(scenario.workflow.steps)
          .filter(({ state }) => state === 'waiting_gate')
          .map(({ gate }) => gate?.gateId);
        expect(opened.filter((gateId) => !closed.includes(gateId)).sort()).toEqual(open.sort());
      }),
      many,
    );
    expect([...chosen].sort()).toEqual(['abandon', 'retry', 'take_over']);
  });

  it('lands changes with accepted findings and no others, whatever the examination says', () => {
    let accepted = 0;
    const begun = fc.record({
      found: fc.constantFrom(...foundSets),
      approved: fc.boolean(),
      acceptedBy: fc.constantFrom(undefined, 'grace', 'ada'),
    });
    fc.assert(
      fc.property(interleaving, begun, ([, actions], { found, approved, acceptedBy }) => {
        const scenario = acceptedBy ? judged(found) : tested(new WorkflowScenario(loopingPlan));
        const verdict = { ...rejectingVerdict(...found), approved };
        if (acceptedBy) scenario.choose('validate', 'accept', 'The figure is within the noise.', acceptedBy);
        if (scenario.step('validate').state === 'ready') scenario.do('validate', { verdict });
        play('looping', actions, () => undefined, scenario, verdict);
        for (const order of scenario.orders('land')) {
          if (order.kind !== 'land') continue;
          const { tests, tree } = order.payload;
          const { waivers = [], findings } = order.payload.verdict;
          expect(openFindings(findings, waivers, tree)).toEqual([]);
          expect(findings.map(({ severity }) => severity)).not.toContain('critical');
          expect(tests).toMatchObject({ tree, exit_code: 0, failed: 0 });
          for (const waiver of waivers) expect(waiver).toMatchObject({ tree, accepted_by: 'grace' });
          accepted += waivers.length;
        }
      }),
      many,
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('gives an examination only waivers that were given since its change was made', () => {
    let told = 0;
    fc.assert(
      fc.property(interleaving, fc.boolean(), ([, actions], approved) => {
        const begun = judged([judgement]);
        begun.choose('validate', 'accept', 'The figure is within the noise.');
        let isAccepted = true;
        const check = (
          scenario: WorkflowScenario,
          event: WorkflowEvent,
          before: WorkflowScenario['workflow'],
          from: number,
        ) => {
          const enhance = [before, scenario.workflow].map(({ steps }) => steps['enhance']?.output?.change);
          if (enhance[0] !== enhance[1]) isAccepted = false;
          for (const effect of scenario.effects.slice(from)) {
            if (effect.kind === 'fact' && effect.name === 'gate_closed' && effect.payload.option === 'accept')
              isAccepted = true;
            if (effect.kind !== 'to_agent' || effect.name !== 'task') continue;
            const { waivers = [], change } = effect.payload.input;
            told += waivers.length;
            if (waivers.length > 0) expect([event.kind, isAccepted]).toEqual(['agent_assigned', true]);
            for (const { tree } of waivers) expect(tree).toBe(change?.tree);
          }
          if (!isAccepted)
            expect(Object.values(scenario.workflow.steps).flatMap(({ waivers }) => waivers ?? [])).toEqual(
              [],
            );
        };
        play('looping', actions, check, begun, { ...rejectingVerdict(judgement), approved });
      }),
      many,
    );
    expect(told).toBeGreaterThan(0);
  });

  it('keeps a state that JSON can hold, with events numbered without a gap', () => {
    fc.assert(
      fc.property(interleaving, ([name, actions]) => {
        const scenario = play(name, actions, ({ workflow }) => {
          expect(JSON.parse(JSON.stringify(workflow))).toEqual(
            JSON.parse(JSON.stringify(structuredClone(workflow))),
          );
        });
        const versions = scenario.effects.flatMap((effect) => (effect.kind === 'fact' ? effect.version : []));
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }),
      { numRuns: 50 },
    );
  });

  it('counts every state that awaits something as active', () => {
    expect(activeStepStates).toHaveLength(6);
  });
});
