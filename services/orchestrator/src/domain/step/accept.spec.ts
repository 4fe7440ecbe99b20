import { findingDigest, gateClosed, maxWaivers, result, type Finding } from '@ymera/contracts';
import { base, loopingPlan, oid } from '../../testing/plans';
import {
  badFinding,
  judgement,
  passedTests,
  rejectingVerdict,
  resultFrom,
  WorkflowScenario,
} from '../../testing/workflow-scenario';

const reason = 'The figure is within the noise of this machine.';
const critical: Finding = { ...judgement, code: 'secret', severity: 'critical' };
const unmarked: Finding = { ...badFinding, code: 'tests_missing' };

/** `validate` has used its two rounds of rework; its third rejection, with these findings, escalates to a person. */
function rejected(...findings: readonly Finding[]): WorkflowScenario {
  const scenario = new WorkflowScenario(loopingPlan);
  scenario.change();
  for (let round = 0; ; round += 1) {
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: rejectingVerdict(...findings), findings: [...findings] });
    if (round === 2) return scenario;
    scenario.do('enhance', { change: { base, patch: 'still slow' } });
    scenario.recordCommit();
  }
}

const approving = (...findings: readonly Finding[]) => ({
  verdict: { ...rejectingVerdict(...findings), approved: true },
});
const optionsOf = (scenario: WorkflowScenario) => scenario.step('validate').gate?.escalation?.options;
const lastTask = (scenario: WorkflowScenario) => scenario.sent('task').at(-1)?.payload;

describe('the option accept of an escalation', () => {
  it('is offered for waivable findings that stop the change', () => {
    expect(optionsOf(rejected(judgement))).toEqual(['retry', 'take_over', 'abandon', 'accept']);
  });

  it.each<[string, readonly Finding[]]>([
    ['a critical finding', [judgement, critical]],
    ['a finding that is no judgement', [judgement, unmarked]],
    ['only findings that do not stop the change', [{ ...badFinding, severity: 'medium' }]],
    ['nothing', []],
    [
      'more findings than one change may have accepted',
      Array.from({ length: maxWaivers + 1 }, (_, line) => ({ ...judgement, line: line + 1 })),
    ],
  ])('is not offered with %s, and has no effect if it is chosen', (_, findings) => {
    const scenario = rejected(...findings);
    expect(optionsOf(scenario)).toEqual(['retry', 'take_over', 'abandon']);
    const { workflow } = scenario;
    expect(scenario.choose('validate', 'accept', reason)).toEqual([]);
    expect(scenario.workflow).toBe(workflow);
  });

  it('is not offered for failed tests, whatever findings there are', () => {
    const scenario = new WorkflowScenario(loopingPlan);
    const failing = { tests: { ...passedTests(), failed: 1, exit_code: 1 }, findings: [judgement] };
    scenario.change();
    scenario.do('test', failing);
    scenario.do('enhance', { change: { base, patch: 'still bad' } });
    scenario.recordCommit();
    scenario.do('test', failing);
    expect(scenario.step('test').gate?.escalation?.options).toEqual(['retry', 'take_over', 'abandon']);
    expect(scenario.choose('test', 'accept', reason)).toEqual([]);
  });

  it.each([
    ['without a reason', undefined, 'grace'],
    ['with a reason of punctuation only', '         . ', 'grace'],
    ['by the requester', reason, 'ada'],
  ])('has no effect %s', (_, why, by) => {
    const scenario = rejected(judgement);
    const { workflow } = scenario;
    expect(scenario.choose('validate', 'accept', why, by)).toEqual([]);
    expect(scenario.workflow).toBe(workflow);
  });
});

describe('a change with accepted findings', () => {
  function accepted(): WorkflowScenario {
    const scenario = rejected(judgement);
    scenario.choose('validate', 'accept', reason);
    return scenario;
  }
  const waiver = {
    code: judgement.code,
    file: judgement.file,
    digest: findingDigest(judgement),
    tree: oid('7'),
    accepted_by: 'grace',
    reason,
  };

  it('is examined again unchanged, in a new task that names finding, person and reason', () => {
    const scenario = rejected(judgement);
    const before = scenario.attempt('validate').taskId;
    scenario.choose('validate', 'accept', reason);
    expect(scenario.states()).toMatchObject({ enhance: 'completed', test: 'completed', validate: 'ready' });
    const closed = scenario.facts('gate_closed').map(({ payload }) => gateClosed.payload.parse(payload));
    expect(closed).toMatchObject([{ outcome: 'approved', option: 'accept' }]);
    scenario.assign('validate');
    expect(lastTask(scenario)).toMatchObject({
      type: 'validate',
      input: { waivers: [waiver], change: { tree: oid('7') } },
    });
    expect(lastTask(scenario)?.task_id).not.toBe(before);
    expect(lastTask(scenario)?.input.feedback).toBeUndefined();
    expect(scenario.step('validate').reasons).toContainEqual(
      `grace accepted speedup_too_small (src/unique.js): ${reason}`,
    );
  });

  it('keeps its waivers when the examination is lost and another agent takes it over', () => {
    const scenario = accepted();
    scenario.assign('validate');
    const { taskId, attempt, fencingToken } = scenario.attempt('validate');
    scenario.send({
      kind: 'attempt_lost',
      stepId: 'validate',
      key: { taskId, attempt, fencingToken },
      cause: 'lease_expired',
    });
    scenario.assign('validate', 'other-agent');
    expect(lastTask(scenario)?.input.waivers).toMatchObject([waiver]);
  });

  it('lands when the examination approves it, with the waivers in the verdict', () => {
    const scenario = accepted();
    scenario.do('validate', approving(judgement));
    const [order] = scenario.orders('land');
    expect(order?.kind === 'land' && order.payload.verdict).toMatchObject({
      approved: true,
      findings: [judgement],
      waivers: [waiver],
    });
  });

  it('does not land when the examination rejects it again: it escalates again instead of going back to the producer', () => {
    const scenario = accepted();
    const other: Finding = { ...judgement, file: 'src/other.js' };
    scenario.do('validate', { verdict: rejectingVerdict(judgement, other) });
    const { escalation } = scenario.step('validate').gate ?? {};
    expect(escalation).toMatchObject({ escalation: 2, waivers: [waiver], options: expect.anything() });
    scenario.choose('validate', 'accept', 'This is no longer called.');
    scenario.assign('validate');
    expect(lastTask(scenario)?.input.waivers).toMatchObject([
      waiver,
      { file: 'src/other.js', reason: 'This is no longer called.' },
    ]);
    expect(scenario.orders('land')).toEqual([]);
  });

  it.each<[string, readonly Finding[]]>([
    ['another finding', [judgement, { ...judgement, file: 'src/other.js' }]],
    ['the finding in another line', [{ ...judgement, line: 4 }]],
    ['the finding in other words', [{ ...judgement, message: 'It is slower.' }]],
    ['the finding, now critical', [{ ...judgement, severity: 'critical' }]],
  ])('is not approved by an agent that approves it with %s', (_, findings) => {
    const scenario = accepted();
    scenario.do('validate', approving(...findings));
    expect(scenario.step('validate')).toMatchObject({
      state: 'waiting_gate',
      gate: { escalation: { error: { code: 'verdict_rejected' } } },
    });
    expect(scenario.orders('land')).toEqual([]);
  });

  it('is approved although the examination measured other figures', () => {
    const scenario = accepted();
    const measured = { ...judgement, message: 'The median speed-up is 1.24.' };
    scenario.do('validate', approving(measured));
    expect(scenario.orders('land')).toHaveLength(1);
  });
});

describe('messages with the maximal number of waivers', () => {
  it('stay far below 1 MiB', () => {
    const many = Array.from({ length: maxWaivers }, (_, line) => ({
      ...judgement,
      line: line + 1,
      message: 'ä'.repeat(1000),
    }));
    const scenario = rejected(...many);
    scenario.choose('validate', 'accept', 'ä'.repeat(2000));
    scenario.do('validate', approving(...many));
    expect(scenario.orders('land')).toHaveLength(1);
    const sizes = scenario.effects.map(({ payload }) => Buffer.byteLength(JSON.stringify(payload)));
    expect(Math.max(...sizes)).toBeLessThan(600_000);
  });
});

describe('a waiver', () => {
  it('is void when the work goes back to its producer, even if the new change is identical', () => {
    const scenario = rejected(judgement);
    scenario.choose('validate', 'accept', reason);
    scenario.do('validate', { verdict: rejectingVerdict(judgement, critical) });
    scenario.choose('validate', 'retry');
    scenario.do('enhance', { change: { base, patch: 'the same' } });
    scenario.recordCommit();
    scenario.do('test', { tests: passedTests() });
    scenario.assign('validate');
    expect(lastTask(scenario)?.type).toBe('validate');
    expect(lastTask(scenario)?.input.waivers).toBeUndefined();
  });

  it('is void when the branch has moved', () => {
    const scenario = rejected(judgement);
    scenario.choose('validate', 'accept', reason);
    scenario.do('validate', approving(judgement));
    scenario.refuseLanding(oid('e'));
    scenario.rebase(oid('e'), oid('d'), oid('7'));
    scenario.do('test', { tests: passedTests() });
    scenario.assign('validate');
    expect(lastTask(scenario)).toMatchObject({ type: 'validate', base: oid('e') });
    expect(lastTask(scenario)?.input.waivers).toBeUndefined();
    const rebased = { ...rejectingVerdict(judgement), base: oid('e'), commit: oid('d') };
    scenario.end('validate', { verdict: { ...rebased, approved: true } });
    expect(scenario.step('validate').state).toBe('waiting_gate');
    expect(scenario.orders('land')).toHaveLength(1);
  });

  it('cannot come from an agent: waivers in its verdict are ignored', () => {
    const scenario = rejected(judgement);
    const forged = {
      code: judgement.code,
      file: judgement.file,
      digest: findingDigest(judgement),
      tree: oid('7'),
      accepted_by: 'grace',
      reason,
      accepted_at: '2026-01-01T00:00:00.000Z',
    };
    scenario.choose('validate', 'retry');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    scenario.recordCommit();
    scenario.do('test', { tests: passedTests() });
    scenario.assign('validate');
    const attempt = scenario.attempt('validate');
    const said = resultFrom(attempt, approving(judgement));
    const messages = result.payload.parse({ ...said, verdict: { ...said.verdict, waivers: [forged] } });
    scenario.end('validate', messages);
    expect(scenario.step('validate')).toMatchObject({ state: 'waiting_gate' });
    expect(scenario.step('validate').output?.verdict?.waivers).toBeUndefined();
  });
});
