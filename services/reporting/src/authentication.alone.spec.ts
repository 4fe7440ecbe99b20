import { eventually, leakGuard } from '@ymera/testing';
import { renderMetrics } from '@ymera/observability';
import { BeatingAgents } from './testing/beating-agents';
import { FakeCallback } from './testing/fake-callback';
import type { RunningReporting } from './testing/running-reporting';

describe('the authentication of agents on a real broker', () => {
  let callback: FakeCallback;
  let reporting: RunningReporting;
  let agents: BeatingAgents;

  beforeAll(async () => {
    callback = await FakeCallback.listen();
    agents = await BeatingAgents.start();
    ({ reporting } = agents);
    reporting.registry.wasAskedAbout = (name) => callback.askedAbout.has(name);
  }, 60_000);
  afterEach(() => agents.stop());
  afterAll(async () => {
    await reporting.stop();
    await callback.close();
  }, 30_000);

  const isHeld = async () =>
    /^ymera_enforcement_held\{reason="authentication_unavailable".*\} 1$/m.test((await renderMetrics()).body);

  it('counts as healthy while the broker asks the registry about unknown names and refuses them', async () => {
    await eventually(async () => expect(await isHeld()).toBe(false), { timeoutMs: 20_000 });
    expect([...callback.askedAbout].every((name) => name.startsWith('_canary-'))).toBe(true);
  }, 30_000);

  it('counts as broken when the broker accepts an unknown user', async () => {
    callback.answer = 'allow';
    await eventually(async () => expect(await isHeld()).toBe(true), { timeoutMs: 20_000 });
    callback.answer = 'deny';
    await eventually(async () => expect(await isHeld()).toBe(false), { timeoutMs: 20_000 });
  }, 60_000);

  it.each([
    ['is blocked', () => callback.route.cut()],
    ['gets no answer', () => callback.route.hang()],
  ])(
    'sanctions no agent while its callback %s for longer than a freeze takes; then only silent ones, on time',
    (what, makeUnavailable) =>
      agents.outlive({
        name: what.replaceAll(' ', '-'),
        makeUnavailable,
        giveBack: () => callback.route.restore(),
        reason: 'authentication_unavailable',
        isForAgents: false,
      }),
    120_000,
  );

  leakGuard();
});
