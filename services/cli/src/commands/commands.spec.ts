import {
  answerRequestRoute,
  approvalResource,
  createEnrolmentRoute,
  decideApprovalRoute,
  type Finding,
  getApproval,
  getApprovalRoute,
  getChange,
  getChangeRoute,
  getRequest,
  getRequestRoute,
  getWorkflow,
  getWorkflowRoute,
  requestEventsRoute,
  startWorkflow,
  stepResource,
  submitRequestRoute,
} from '@ymera/contracts';
import type { FakeGateway } from '../testing/fake-gateway';
import { TypedCommands } from '../testing/typed-commands';
import { CheckedClient } from './checked-client';

const oid = 'c'.repeat(40);
const { plan } = startWorkflow.sample;
const finding: Finding = { code: 'fix_without_test', severity: 'medium', message: 'The fix has no test' };
const error = { code: 'tests_failed', message: '3 of 13 failed', retryable: false, suggestion: 'Look.' };
const sampleRequest = getRequest.reply.parse(getRequest.replySample);
const id = sampleRequest.request_id;
const failedRequest = { ...sampleRequest, plan, state: 'failed', error };
const workflow = getWorkflow.reply.parse(getWorkflow.replySample);
const failedWorkflow = {
  ...workflow,
  state: 'failed',
  steps: [
    stepResource.parse({
      step_id: 'enhance',
      name: 'enhance',
      kind: 'task',
      state: 'failed',
      agent_type: 'ENHANCEMENT',
      agent_id: 'enhancer-1',
      task_id: null,
      attempts: 1,
      progress: 0,
      reasons: [],
      findings: [finding],
      error,
      started_at: null,
      ended_at: null,
      tool_ms: 0,
    }),
  ],
};
const approval = getApproval.reply.parse(getApproval.replySample);

describe('commands', () => {
  let commands: TypedCommands;
  let gateway: FakeGateway;

  beforeEach(async () => {
    commands = await TypedCommands.start();
    gateway = commands.gateway;
    gateway.answer(getRequestRoute, failedRequest).answer(getWorkflowRoute, failedWorkflow);
  });
  afterEach(() => commands.stop());

  const ymera = (...words: string[]): Promise<unknown> => commands.type(...words);
  const connected = (...words: string[]): Promise<unknown> => commands.connected(...words);
  const why = [
    'tests_failed: 3 of 13 failed',
    'At fault: the change, or the agent that makes it',
    'Next step: Look.',
    'enhance by enhancer-1: tests_failed: 3 of 13 failed',
    '  fix_without_test: The fix has no test',
    '',
  ];

  describe('print why a request failed', () => {
    it('when it is shown', async () => {
      await connected('requests', 'show', id);
      expect(commands.written.split('\n').slice(-6)).toEqual(why);
    });

    it.each([
      ['failed', 1, why],
      ['completed', undefined, []],
    ])('when it was watched, with an exit code: %s', async (state, code, last) => {
      gateway.answer(requestEventsRoute, [
        { type: 'coordinator.request.ended.v1', time: '2026-01-01T00:00:00.000Z', data: { state } },
      ]);
      await connected('requests', 'watch', id);
      expect(process.exitCode).toBe(code);
      expect(commands.written.split('\n').slice(1, -1)).toEqual(last.slice(0, -1));
    });

    it('when it is watched after its history was deleted', async () => {
      const ended_at = '2026-01-01T00:00:00.000Z';
      gateway.answer(requestEventsRoute, []).answer(getRequestRoute, { ...failedRequest, ended_at });
      await connected('requests', 'watch', id);
      expect(process.exitCode).toBe(1);
      expect(commands.written).toContain('failed');
      expect(commands.written.split('\n').slice(-why.length)).toEqual(why);
    });
  });

  describe('print the question of a request, and how to answer it', () => {
    const question = 'Do you want to fix something that is broken, or to add something new?';
    const asking = { ...sampleRequest, state: 'input_required', question, workflow_id: null, error: null };
    const answerWith = (): string =>
      `npm run ymera -- requests answer ${id} ... --url ${gateway.url} --token-file ${commands.tokenFile}`;
    const lines = (): string[] => [`Question  ${question}`, 'Answer it with', `  ${answerWith()}`, ''];
    const questioned = {
      type: 'coordinator.request.questioned.v1',
      time: '2026-01-01T00:00:00.000Z',
      data: { question },
    };
    const canceled = {
      type: 'coordinator.request.ended.v1',
      time: '2026-01-01T00:00:01.000Z',
      data: { state: 'canceled' },
    };
    beforeEach(() => {
      gateway
        .answer(getRequestRoute, asking)
        .answer(submitRequestRoute, asking)
        .answer(answerRequestRoute, asking);
    });

    it.each([
      ['shown', ['requests', 'show', id], undefined],
      ['submitted', ['requests', 'submit', 'sample', 'Do it'], 2],
      ['answered without being clear', ['requests', 'answer', id, 'Well'], 2],
    ])('when it is %s', async (_, words, code) => {
      await connected(...words);
      expect(commands.written.split('\n').slice(-4)).toEqual(lines());
      expect(process.exitCode).toBe(code);
      commands.written = '';
      await connected(...words, '--json');
      expect(JSON.parse(commands.written)).toMatchObject({
        open_question: { question, answer_with: answerWith() },
      });
    });

    it('when it is watched', async () => {
      gateway.answer(requestEventsRoute, [questioned, canceled]);
      await connected('requests', 'watch', id);
      expect(commands.written.split('\n').slice(1, 4)).toEqual(lines().slice(0, 3));
      commands.written = '';
      await connected('requests', 'watch', id, '--json');
      expect(JSON.parse(commands.written.split('\n', 1)[0] ?? '')).toEqual({
        ...questioned,
        open_question: { question, answer_with: answerWith() },
      });
    });

    it('and nothing once it is answered', async () => {
      const answered = { ...asking, state: 'running', question: null };
      gateway
        .answer(getRequestRoute, answered)
        .answer(answerRequestRoute, answered)
        .answer(requestEventsRoute, [questioned, canceled]);
      await connected('requests', 'answer', id, 'Fix it');
      expect(process.exitCode).toBeUndefined();
      await connected('requests', 'show', id);
      await connected('requests', 'watch', id);
      expect(commands.written).not.toContain('Question');
    });
  });

  describe('print the subject of an approval', () => {
    it('a plan: its steps and its risk', async () => {
      gateway.answer(getApprovalRoute, { ...approval, kind: 'plan_approval', landing: null });
      await connected('approvals', 'show', approval.approval_id);
      expect(commands.written).toContain(`subject   ${approval.subject_digest}\n`);
      expect(commands.written).toContain(`risk      ${plan.risk}\n\n${plan.title}\n`);
      for (const { step_id, name } of plan.steps)
        expect(commands.written).toContain(`\n  ${step_id}: ${name}, `);
    });

    it('a landing: the whole change, its examination, tests and all findings', async () => {
      const change = getChange.reply.parse(getChange.replySample);
      const diff = Array.from({ length: 200 }, (_, index) => `+line ${index + 1}.\n`).join('');
      const verdict = {
        approved: true,
        base: oid,
        commit: oid,
        tree: oid,
        policy_version: '1',
        reasons: ['The tests pass'],
        findings: Array.from({ length: 7 }, (_, index) => ({ ...finding, file: `${index + 1}.ts` })),
        agent_id: 'examiner',
      };
      const counts = { total: 1, passed: 1, failed: 0, skipped: 0, duration_ms: 1, exit_code: 0 };
      const landing = {
        change_id: change.change_id,
        base: oid,
        commit: oid,
        tree: oid,
        verdict,
        tests: { tree: oid, command: 'npm test', ...counts },
      };
      gateway
        .answer(getApprovalRoute, approvalResource.parse({ ...approval, kind: 'landing_approval', landing }))
        .answer(getChangeRoute, { ...change, diff });
      await connected('approvals', 'show', approval.approval_id);
      expect(commands.written).toMatch(
        /\+line 200\.\n\nExamination ✔ approved by examiner.*(?:\n {2}fix_without_test: The fix has no test \(\d\.ts\)){7}\nTests {7}1 passed.*\n {2}The tests pass\nCommit/,
      );
      commands.written = '';
      await connected('approvals', 'show', approval.approval_id, '--json');
      expect(JSON.parse(commands.written)).toMatchObject({
        approval: { landing: { verdict } },
        change: { diff },
      });
    });
  });

  it('print all findings of work that was rejected too often', async () => {
    const findings = Array.from({ length: 7 }, (_, index) => ({ ...finding, file: `${index + 1}.ts` }));
    const escalation = { step_id: 'enhance', escalation: 1, rounds: 3, error, findings };
    gateway.answer(getApprovalRoute, { ...approval, kind: 'escalation', landing: null, escalation });
    await connected('approvals', 'show', approval.approval_id);
    expect(commands.written.match(/^ {2}fix_without_test: .*$/gm)).toHaveLength(7);
  });

  describe('refuse invalid arguments in one sentence, without calling the gateway', () => {
    it.each([
      [
        ['agents', 'enrolment', '--kind', 'nonsense'],
        /'nonsense' is invalid. Allowed choices are principal, agent\./,
      ],
      [['dlq', 'list', '--state', 'nonsense'], /Allowed choices are pending, replayed, died_again\./],
      [['dlq', 'list', '--owner', 'nonsense'], /Allowed choices are /],
      [['dlq', 'list', '--code', 'x'.repeat(101)], /^code: Too big: [^;]*\.$/],
      [['requests', 'show', 'nonsense'], /^request_id: Invalid [^;]*\.$/],
      [['requests', 'watch', 'nonsense'], /^request_id: Invalid [^;]*\.$/],
      [['agents', 'lift', 'enhancer-1', '--reason', 'short'], /^reason: Too small: [^;]*\.$/],
    ])('%j', async (words, message) => {
      await expect(connected(...words)).rejects.toMatchObject({
        code: 'usage',
        exitCode: 2,
        message: expect.stringMatching(message),
      });
      expect(gateway.asked).toEqual([]);
    });

    it('an invalid address', async () => {
      await expect(ymera('overview', '--url', 'nonsense')).rejects.toMatchObject({
        code: 'usage',
        exitCode: 2,
      });
    });

    it('print only the help for a group of commands', async () => {
      for (const words of [[], ['audit']]) {
        commands.written = '';
        await expect(ymera(...words)).rejects.toMatchObject({ name: 'Ended', exitCode: 2 });
        expect(commands.written).toMatch(/^Usage: ymera/);
        expect(commands.written).not.toContain('outputHelp');
      }
      await expect(ymera('--help')).rejects.toMatchObject({ name: 'Ended', exitCode: 0 });
      expect(commands.written).toContain('130  interrupted');
    });
  });

  it('print an error of the gateway once', async () => {
    const wrong = { path: 'body.kind', message: 'Not today' };
    const problem = { type: 'x', title: 'x', status: 400, code: 'invalid_request', retryable: false };
    gateway.answer(
      createEnrolmentRoute,
      { ...problem, detail: 'body.kind: Not today', errors: [wrong] },
      400,
    );
    await expect(connected('agents', 'enrolment')).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'body.kind: Not today.',
    });
  });

  it('name the credential for a missing role', async () => {
    const detail = 'That takes the role approver; this credential has admin.';
    const problem = { type: 'x', title: 'x', status: 403, code: 'not_allowed', retryable: false, detail };
    gateway.answer(decideApprovalRoute, problem, 403);
    const params = { approval_id: approval.approval_id };
    const body = { subject_digest: approval.subject_digest, decision: 'approved' as const };
    const refusal = (files: object): Promise<unknown> =>
      new CheckedClient(gateway.url, 'x', files).call(decideApprovalRoute, { params, body });
    await expect(refusal({ admin: '/a.token', approver: '/b.token' })).rejects.toMatchObject({
      message: detail,
      suggestion:
        'Name another credential with --token-file or YMERA_TOKEN_FILE, here: --token-file /b.token.',
    });
    await expect(refusal({})).rejects.toMatchObject({
      suggestion: 'Name another credential with --token-file or YMERA_TOKEN_FILE.',
    });
  });
});
