import { readdirSync, readFileSync } from 'node:fs';
import type { Task } from '@ymera/agent-sdk';
import { eventually } from '@ymera/testing';
import { AgentFixture } from '../testing/agent-fixture';
import type { ToolAgent } from './agent';

jest.setTimeout(60_000);

const fixture = new AgentFixture();
const agents = fixture.agents();
const base = fixture.commitSample();

afterAll(() => fixture.close());

/** A unique sleep duration, to identify the processes. */
const seconds = `${86_400 + process.pid}.125`;

/** One child that stays in the group and one that has left it for its own session; both ignore SIGTERM. */
const stuck = `trap "" TERM; (trap "" TERM; setsid sleep ${seconds}) & sleep ${seconds}`;

const sleepers = (): number =>
  readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1') === `sleep\0${seconds}\0`;
    } catch {
      return false; // it ended between the listing and the read
    }
  }).length;

const input: Task['input'] = {
  request_id: '01936d00-0000-7000-8000-0000000000aa',
  workflow_id: '01936d00-0000-7000-8000-0000000000bb',
  step_id: 'step',
  request_text: 'Fix it',
  intent: 'DEBUG',
  findings: [],
  change: {
    change_id: '01936d00-0000-7000-8000-0000000000aa',
    agent_id: 'coder-1',
    commit: base,
    tree: fixture.repository.git('rev-parse', 'HEAD^{tree}'),
  },
};

interface Case {
  readonly agent: ToolAgent;
  readonly type: Task['type'];
  readonly commands: Task['project']['commands'];
}

const cases: [title: string, work: Case][] = [
  ['a test run', { agent: agents.testing(), type: 'test', commands: { test: stuck } }],
  [
    'an examination that tries a fix against the tests',
    { agent: agents.examination(), type: 'validate', commands: { test: stuck } },
  ],
  [
    'an examination that measures',
    { agent: agents.examination(), type: 'validate', commands: { bench: stuck } },
  ],
  [
    'a coding command',
    { agent: agents.command('CODING', stuck, { network: false }), type: 'fix', commands: {} },
  ],
];

const task = ({ type, commands }: Case, deadlineMs: number) => ({
  type,
  base,
  project: { project_id: 'sample', default_branch: 'main', commands, performance: {} },
  input,
  deadline: new Date(Date.now() + deadlineMs).toISOString(),
});

// Mission: E5
describe('canceling', () => {
  it.each(cases)('kills the whole process tree of %s within a second', async (_, work) => {
    const abort = new AbortController();
    const running = fixture.run(work.agent, task(work, 50_000), abort.signal);
    await eventually(
      () => {
        expect(sleepers()).toBe(2);
        return Promise.resolve();
      },
      { timeoutMs: 20_000 },
    );
    const canceledAt = performance.now();
    abort.abort(new Error('canceled by its requester'));
    const { result } = await running;
    expect(performance.now() - canceledAt).toBeLessThan(1_000);
    expect(sleepers()).toBe(0);
    expect(result.outcome).toBe('canceled');
  });

  it.each(cases)('kills the whole process tree of %s at its deadline', async (_, work) => {
    const { result } = await fixture.run(work.agent, task(work, 4_000));
    expect(sleepers()).toBe(0);
    expect(result.verdict?.approved ?? false).toBe(false);
    expect(result.change).toBeUndefined();
  });

  it.each<[string, Case]>([
    ['a review', { agent: agents.examination(), type: 'review', commands: {} }],
    ['an enhancement', { agent: agents.enhancement(), type: 'enhance', commands: {} }],
  ])('ends %s with agent_failed when it is still analysing at its deadline', async (_, work) => {
    const { result } = await fixture.run(work.agent, task(work, 0));
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'agent_failed',
        retryable: false,
        message: expect.stringContaining('time was over'),
      },
    });
  });
});
