import { eventually, leakGuard } from '@ymera/testing';
import {
  BeatingAgents,
  dueAfter,
  expectOnTime,
  graceMs,
  pass,
  windowMs,
  windowsOf,
} from './testing/beating-agents';

const ladder = ['warned', 'suspended', 'frozen'];

/** To the second, which takes a machine that has nothing else to do; what else is promised is in `ladder.spec.ts`. */
describe('the ladder, measured', () => {
  let agents: BeatingAgents;

  beforeAll(async () => {
    agents = await BeatingAgents.start();
  }, 60_000);
  afterEach(() => agents.stop());
  afterAll(() => agents.reporting.stop(), 30_000);

  it('is climbed within a second of what is due by one that stops reporting', async () => {
    await agents.join('silent-1');
    await pass(graceMs);
    agents.fallSilent('silent-1');
    await agents.reached('silent-1', ladder);
    const climb = agents.stepsOf('silent-1');
    expectOnTime(climb, Date.parse(climb[0]?.last_report_at ?? ''));
    const lags = climb.map(({ to, decided_at, last_report_at }) => {
      return Date.parse(decided_at) - Date.parse(last_report_at ?? '') - dueAfter(windowsOf[to]);
    });
    process.stdout.write(`sanctioned ${lags.map((lag) => `${lag} ms`).join(', ')} after it was due\n`);
  }, 60_000);

  it('and by one that never sends its first report', async () => {
    const { reporting } = agents;
    await reporting.agent('mute-1', 'runner-3');
    await eventually(() => agents.status('mute-1'));
    await pass(graceMs);
    const helloAt = Date.now();
    await reporting.session('runner-3', 1, windowMs / 1000, ['mute-1']);
    await agents.reached('mute-1', ladder);
    expectOnTime(agents.stepsOf('mute-1'), helloAt);
  }, 60_000);
});

leakGuard();
