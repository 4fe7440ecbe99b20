import {
  cancelRequestRoute,
  getRequest,
  getRequestRoute,
  getWorkflow,
  getWorkflowRoute,
} from '@ymera/contracts';
import { interrupted } from '../interruption';
import { FakeGateway } from '../testing/fake-gateway';
import { endOf, takeBack } from './take-back';

const running = getRequest.reply.parse({ ...getRequest.replySample, state: 'running', error: null });
const workflow = getWorkflow.reply.parse(getWorkflow.replySample);
const stopped = interrupted();

describe('cancellation of a request (with a fake gateway)', () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.start();
    gateway
      .answer(cancelRequestRoute, running)
      .answer(getRequestRoute, running)
      .answer(getWorkflowRoute, workflow);
  });
  afterEach(() => gateway.stop());

  const end = async (withinMs?: number) =>
    endOf(stopped, await takeBack(gateway.client, running, stopped, withinMs));
  const endsAs = (state: string): void => {
    let looks = 0;
    gateway.answerBy(getRequestRoute, () => ({ ...running, state: (looks += 1) > 2 ? state : 'running' }));
  };

  it('is complete when the workflow has ended canceled, and not before', async () => {
    endsAs('canceled');
    expect(await end()).toEqual({
      state: 'canceled',
      error: { code: 'interrupted', message: stopped.message, retryable: true },
    });
    expect(gateway.operations.filter((operation) => operation === 'getRequest')).toHaveLength(3);
  });

  it('reports a request that had landed already', async () => {
    const landed = { commit: 'c'.repeat(40), tree: 'b'.repeat(40), branch: 'main' };
    gateway.answer(getWorkflowRoute, { ...workflow, result: { ...workflow.result, landed } });
    endsAs('completed');
    expect(await end()).toMatchObject({
      state: 'completed',
      error: { message: expect.stringContaining(`already landed as ${landed.commit} on main`) },
    });
  });

  it('reports a request that had ended without a commit', async () => {
    endsAs('completed');
    expect(await end()).toMatchObject({
      state: 'completed',
      error: { message: 'It could not be canceled any more: it was already completed.' },
    });
    endsAs('failed');
    // The request itself contains the reason.
    expect(await end()).toEqual({});
  });

  describe('reports a failed cancellation with the reason', () => {
    const failed = (reason: string) => ({
      state: 'failed',
      error: { code: 'cancel_failed', message: `It could not be canceled. ${reason}`, retryable: true },
    });

    it('because the gateway refused', async () => {
      const problem = { type: 'x', title: 'x', status: 403, code: 'not_allowed', retryable: false };
      gateway.answer(cancelRequestRoute, { ...problem, detail: 'Not you.' }, 403);
      expect(await end()).toEqual(failed('not_allowed: Not you.'));
    });

    it('because the workflow still runs', async () => {
      expect(await end(50)).toEqual(failed('It had not ended after 50 ms.'));
    });

    it('because the gateway is gone', async () => {
      const { client } = gateway;
      await gateway.stop();
      const taken = endOf(stopped, await takeBack(client, running, stopped));
      expect(taken).toMatchObject({ state: 'failed', error: { code: 'cancel_failed' } });
      expect(taken.error?.message).toMatch(/gateway_unreachable: .* cannot be reached/);
      gateway = await FakeGateway.start();
    });
  });
});
