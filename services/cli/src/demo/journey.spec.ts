import {
  cancelRequestRoute,
  decideApprovalRoute,
  getApprovalRoute,
  getProject,
  getRequestRoute,
  getWorkflow,
  getWorkflowRoute,
  type ProjectCommands,
  registerProjectRoute,
  requestEventsRoute,
  submitRequestRoute,
  type WorkflowResource,
} from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';
import { interrupted } from '../interruption';
import { FakeGateway } from '../testing/fake-gateway';
import {
  approval,
  approvingVerdict,
  entry,
  judgedEscalation,
  running,
  workflow,
} from '../testing/sample-answers';
import type { Audience, Choice } from './audience';
import { travel } from './journey';
import { PlainAudience } from './plain-audience';

const asksForApproval = entry('coordinator.approval.requested.v1', { approval_id: approval.approval_id });

const problem = (code: string, detail: string) => ({
  type: 'x',
  title: 'x',
  status: 409,
  code,
  detail,
  retryable: false,
});

class Silent implements Audience {
  copying(): void {}
  registered(_commands: ProjectCommands): void {}
  planned(): void {}
  happened(_entry: FeedEntry): void {}
  ended(): void {}
  lost(): void {}
  back(): void {}
  decide(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  choose(): Promise<Choice | undefined> {
    return Promise.resolve(undefined);
  }
}

describe('the journey of a request', () => {
  let gateway: FakeGateway;

  beforeEach(async () => {
    gateway = await FakeGateway.start();
    gateway
      .answer(registerProjectRoute, getProject.replySample)
      .answer(submitRequestRoute, running)
      .answer(getRequestRoute, running)
      .answer(getWorkflowRoute, workflow)
      .answer(getApprovalRoute, { ...approval, state: 'pending' })
      .answer(cancelRequestRoute, running)
      .beforeAnswering(cancelRequestRoute, () =>
        gateway.answer(getRequestRoute, { ...running, state: 'canceled' }),
      )
      .answer(requestEventsRoute, [asksForApproval]);
  });
  afterEach(() => gateway.stop());

  const journey = (audience: Audience, signal = new AbortController().signal) => {
    const { client } = gateway;
    return travel({ admin: client, requester: client, approver: client }, '/src', 'Do it', audience, signal);
  };
  it('reports the commands before anything runs, and in the result', async () => {
    const told: string[] = [];
    class Listening extends Silent {
      override registered(commands: ProjectCommands): void {
        told.push(commands.test ?? '');
      }
      override planned(): void {
        told.push('planned');
      }
      override decide(): Promise<undefined> {
        return Promise.reject(interrupted());
      }
    }
    const { result } = await journey(new Listening());
    expect(told).toEqual(['node --test', 'planned']);
    expect(result.commands).toEqual({ test: 'node --test' });
  });

  const brokenOff = { state: 'canceled', error: { code: 'interrupted' }, approvals: [] };

  it('is canceled and denies nothing when it is interrupted at a question', async () => {
    class Gone extends Silent {
      override decide(): Promise<undefined> {
        return Promise.reject(interrupted());
      }
    }
    const { result, stopped } = await journey(new Gone());
    expect(result).toMatchObject(brokenOff);
    expect(stopped).toMatchObject({ exitCode: 130 });
    expect(gateway.operations).toContain('cancelRequest');
    expect(gateway.operations).not.toContain('decideApproval');
  });

  it('is canceled when it is interrupted', async () => {
    const stop = new AbortController();
    class Impatient extends Silent {
      override happened(): void {
        stop.abort();
      }
    }
    gateway.answer(requestEventsRoute, [entry('orchestrator.step.changed.v1')]);
    const { result } = await journey(new Impatient(), stop.signal);
    expect(result).toMatchObject(brokenOff);
    expect(gateway.operations).toContain('cancelRequest');
  });

  it('reports the landed commit when it is interrupted too late', async () => {
    const stop = new AbortController();
    class Impatient extends Silent {
      override happened(): void {
        stop.abort();
      }
    }
    const landed = { commit: 'c'.repeat(40), tree: 'b'.repeat(40), branch: 'main' };
    gateway
      .answer(cancelRequestRoute, problem('request_ended', 'The request is already completed.'), 409)
      .beforeAnswering(cancelRequestRoute, () => undefined)
      .answer(getRequestRoute, { ...running, state: 'completed' })
      .answer(getWorkflowRoute, { ...workflow, result: { ...workflow.result, landed } });
    const { result, stopped } = await journey(new Impatient(), stop.signal);
    expect(result).toMatchObject({
      state: 'completed',
      commit: landed.commit,
      error: {
        code: 'interrupted',
        message: `It could not be canceled any more: it had already landed as ${landed.commit} on main.`,
      },
    });
    expect(stopped).toMatchObject({ exitCode: 130 });
  });

  it('submits no request when it is interrupted before', async () => {
    await expect(journey(new Silent(), AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
    expect(gateway.operations).not.toContain('submitRequest');
  });

  it('reports a lost connection and its recovery once', async () => {
    const told: string[] = [];
    class Watching extends Silent {
      override lost(): void {
        told.push('lost');
      }
      override back(): void {
        told.push('back');
      }
      override happened({ type }: FeedEntry): void {
        told.push(type);
        if (told.length > 1) return;
        gateway.answer(requestEventsRoute, [entry('coordinator.request.ended.v1', { state: 'completed' })]);
        gateway.cutOff();
      }
    }
    gateway.answer(requestEventsRoute, [entry('orchestrator.step.changed.v1')]);
    await journey(new Watching());
    expect(told).toEqual(['orchestrator.step.changed.v1', 'lost', 'back', 'coordinator.request.ended.v1']);
  });

  describe('with findings that a person may accept', () => {
    beforeEach(() => {
      gateway
        .answer(getApprovalRoute, judgedEscalation)
        .answer(decideApprovalRoute, { ...judgedEscalation, state: 'approved', decided_by: 'approver' })
        .answer(requestEventsRoute, [
          asksForApproval,
          entry('coordinator.request.ended.v1', { state: 'failed' }),
        ]);
    });
    const decision = (): unknown =>
      gateway.asked.find(({ operation }) => operation === 'decideApproval')?.body;

    it('abandons them without a terminal', async () => {
      const { result } = await journey(new PlainAudience(() => undefined));
      expect(decision()).toMatchObject({ option: 'abandon' });
      expect(result.approvals).toMatchObject([{ option: 'abandon', by_policy: true }]);
    });

    it('accepts them by the person’s answer, with the reason', async () => {
      const reason = 'The text is a constant.';
      class Accepting extends Silent {
        override choose(): Promise<Choice> {
          return Promise.resolve({ option: 'accept', note: reason });
        }
      }
      const { result } = await journey(new Accepting());
      expect(decision()).toEqual({
        subject_digest: judgedEscalation.subject_digest,
        option: 'accept',
        reason,
      });
      expect(result.approvals).toMatchObject([{ option: 'accept', decision: 'approved', by_policy: false }]);
    });
  });

  it('returns the findings after its end, and is not canceled', async () => {
    const oid = 'a'.repeat(40);
    const found = { code: 'fix_without_test', severity: 'medium', message: 'No test' };
    const seen = { code: 'slow_lookup', severity: 'low', message: 'Slow', file: 'a.js', line: 3 };
    const verdict = approvingVerdict(oid, 'No test');
    const ended: WorkflowResource = getWorkflow.reply.parse({
      ...workflow,
      result: { ...workflow.result, verdict, findings: [seen, found] },
    });
    gateway
      .answer(requestEventsRoute, [entry('coordinator.request.ended.v1', { state: 'completed' })])
      .answer(getRequestRoute, { ...running, state: 'completed' })
      .answer(getWorkflowRoute, ended);
    const { result } = await journey(new Silent());
    expect(result).toMatchObject({
      state: 'completed',
      verdict: { approved: true, tree: oid, agent_id: 'examiner', findings: [found] },
      findings: [seen, found],
    });
    expect(gateway.operations).not.toContain('cancelRequest');
  });
});
