import { context } from '@opentelemetry/api';
import { result, task as taskContract } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { Attempt } from './attempt';

describe('an attempt whose result is not settled', () => {
  let attempt: Attempt | undefined;
  afterEach(() => attempt?.abandon());

  /** A connection that stays open while the broker refuses the first `refusals` results. */
  function finished(refusals: number): { readonly sentAt: number[] } {
    const sentAt: number[] = [];
    attempt = new Attempt(
      {
        agentId: 'sdk-tester',
        agentType: 'TESTING',
        capabilities: ['any'],
        taskTypes: ['test'],
        handle: () => Promise.resolve({ outcome: 'completed', artefacts: [] }),
      },
      taskContract.payload.parse({
        ...taskContract.sample,
        heartbeat_s: 0.1,
        deadline: new Date(Date.now() + 60_000).toISOString(),
      }),
      {
        send: (contract) => {
          if (contract.name !== result.name) return Promise.resolve(true);
          return Promise.resolve(sentAt.push(performance.now()) > refusals);
        },
        credential: { username: 'runner-1', password: 'secret' },
        logger: silentLogger,
      },
      context.active(),
    );
    void attempt.run();
    return { sentAt };
  }

  it('repeats a refused result on the same connection with backoff, until the broker has it', async () => {
    const { sentAt } = finished(3);
    await eventually(() => expect(sentAt).toHaveLength(4));
    const [first = 0, second = 0, third = 0, fourth = 0] = sentAt;
    expect(second - first).toBeGreaterThan(90);
    expect(third - second).toBeGreaterThan(190);
    expect(fourth - third).toBeGreaterThan(390);
  });

  it('sends nothing more once it is abandoned', async () => {
    const { sentAt } = finished(Infinity);
    await eventually(() => expect(sentAt).toHaveLength(2));
    attempt?.abandon();
    await attempt?.deliverResult();
    expect(sentAt).toHaveLength(2);
  });

  leakGuard();
});

describe('a running attempt', () => {
  it('sends a heartbeat at once when asked to, and none once it has a result', async () => {
    const sent: string[] = [];
    let finish: () => void = () => undefined;
    const worked = new Promise<void>((resolve) => (finish = resolve));
    const attempt = new Attempt(
      {
        agentId: 'sdk-tester',
        agentType: 'TESTING',
        capabilities: ['any'],
        taskTypes: ['test'],
        handle: () => worked.then(() => ({ outcome: 'completed', artefacts: [] })),
      },
      taskContract.payload.parse({
        ...taskContract.sample,
        heartbeat_s: 60,
        deadline: new Date(Date.now() + 60_000).toISOString(),
      }),
      {
        send: (contract) => Promise.resolve(sent.push(contract.name) > 0),
        credential: { username: 'runner-1', password: 'secret' },
        logger: silentLogger,
      },
      context.active(),
    );
    const running = attempt.run();
    await attempt.beat();
    expect(sent).toEqual(['task_accepted', 'progress']);
    finish();
    await running;
    await attempt.beat();
    expect(sent).toEqual(['task_accepted', 'progress', 'result']);
    attempt.abandon();
  });
});
