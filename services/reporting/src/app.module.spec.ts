import {
  deadQueue,
  fleetOverview,
  getAgentStatus,
  issueReported,
  livenessChanged,
  report,
  violationDetected,
} from '@ymera/contracts';
import { eventually, leakGuard, management } from '@ymera/testing';
import { reportOf } from './testing/reporting-fixture';
import { partitionOf, RunningReporting } from './testing/running-reporting';

describe('the reporting service on a real broker and database', () => {
  let reporting: RunningReporting;

  beforeAll(async () => {
    reporting = await RunningReporting.start();
  }, 60_000);
  afterAll(() => reporting.stop(), 30_000);

  const status = async (agentId: string) => {
    const answer = await reporting.ask(getAgentStatus, { agent_id: agentId });
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  };
  const known = (agentId: string) => eventually(() => status(agentId));
  const changesOf = (agentId: string) =>
    reporting
      .payloads(livenessChanged)
      .filter(({ agent_id }) => agent_id === agentId)
      .map(({ from, to }) => `${from} → ${to}`);
  const deadLetters = () =>
    management<{ properties: { headers: Record<string, string> } }[]>(
      'POST',
      `queues/${encodeURIComponent(reporting.vhosts.agentsVhost)}/${deadQueue('reporting')}/get`,
      { count: 100, ackmode: 'ack_requeue_false', encoding: 'auto' },
    );

  // Mission: B1
  it('records an agent and its reports, publishes that it is online, and answers queries about it', async () => {
    await reporting.agent('tester-1', 'runner-1');
    await reporting.session('runner-1', 1);
    await known('tester-1');
    await reporting.report('runner-1', reportOf({ metrics: { cpu_percent: 42, memory_mb: 7 } }));
    await eventually(async () => expect((await status('tester-1')).liveness).toBe('online'));
    expect(await status('tester-1')).toMatchObject({ metrics: { cpu_percent: 42 }, work: 'idle' });
    await eventually(() => expect(changesOf('tester-1')).toEqual(['offline → online']));
    const overview = await reporting.ask(fleetOverview, {});
    expect(overview).toMatchObject({ ok: true, value: { agents: 1, by_liveness: { online: 1 } } });
  });

  it('accepts a report that arrives before the events of the registry', async () => {
    await reporting.report('runner-2', reportOf({ agent_id: 'early-1' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await reporting.agent('early-1', 'runner-2');
    await reporting.session('runner-2', 1);
    await eventually(async () => expect((await status('early-1')).liveness).toBe('online'), {
      timeoutMs: 15_000,
    });
    expect(reporting.payloads(violationDetected)).toEqual([]);
  }, 20_000);

  it('drops duplicates, also after a restart', async () => {
    await reporting.agent('twice-1', 'runner-3');
    await reporting.session('runner-3', 1);
    await known('twice-1');
    const send = (seq: number) => reporting.report('runner-3', reportOf({ agent_id: 'twice-1', seq }));
    await Promise.all([send(1), send(1), send(2)]);
    await eventually(async () => expect((await status('twice-1')).last_report_at).not.toBeNull());
    await reporting.restart();
    await send(2);
    await send(3);
    await eventually(async () => {
      const rows = await reporting.ask(getAgentStatus, { agent_id: 'twice-1' });
      expect(rows.ok && rows.value.liveness).toBe('online');
      expect(await historyOf('twice-1')).toEqual([1, 2, 3]);
    });
    expect(changesOf('twice-1')).toEqual(['offline → online']);
  }, 30_000);

  it('refuses bad messages, each with its reason, and accepts good ones beside them', async () => {
    await reporting.agent('good-1', 'runner-4');
    await reporting.session('runner-4', 1);
    await known('good-1');
    const key = `report.${partitionOf('runner-4')}.runner-4`;
    const raw = (body: string, options = {}) =>
      reporting.publish(key, body, { type: report.name, userId: 'runner-4', ...options });
    await Promise.all([
      raw('not json'),
      raw(JSON.stringify({ ...reportOf(), seq: 'one' })),
      raw(`{"agent_id":"good-1","session":1,"seq":1,"metrics":{"cpu_percent":1e999}}`),
      raw(JSON.stringify(reportOf({ agent_id: 'good-1' })), { userId: undefined }),
      raw(JSON.stringify(reportOf()), { type: 'report_of_another_version' }),
      reporting.report('runner-4', reportOf({ agent_id: 'good-1' })),
      reporting.report('runner-9', reportOf({ agent_id: 'good-1', seq: 50 })),
    ]);
    await eventually(async () => expect((await status('good-1')).liveness).toBe('online'));
    const codes: string[] = [];
    await eventually(async () => {
      codes.push(...(await deadLetters()).map(({ properties }) => properties.headers['x-ymera-code'] ?? ''));
      expect(codes).toHaveLength(5);
    });
    expect(new Set(codes)).toEqual(
      new Set(['invalid_json', 'invalid_payload', 'identity_missing', 'unknown_message']),
    );
    await eventually(() =>
      expect(reporting.payloads(violationDetected)).toMatchObject([
        { principal_id: 'runner-9', agent_id: 'good-1', code: 'not_owner' },
      ]),
    );
    expect(await historyOf('good-1')).toEqual([1]);
  });

  it('publishes an issue at once', async () => {
    await reporting.agent('issuer-1', 'runner-5');
    await reporting.session('runner-5', 1);
    await known('issuer-1');
    await reporting.issue('runner-5', {
      agent_id: 'issuer-1',
      session: 1,
      code: 'disk_full',
      severity: 'high',
      message: 'No space left.',
    });
    await eventually(() =>
      expect(reporting.payloads(issueReported)).toMatchObject([{ agent_id: 'issuer-1', code: 'disk_full' }]),
    );
  });

  it('detects missed reports by the windows of the session, and recovery from them', async () => {
    await reporting.agent('silent-1', 'runner-6');
    await reporting.session('runner-6', 1, 0.5);
    await known('silent-1');
    await reporting.report('runner-6', reportOf({ agent_id: 'silent-1' }));
    await eventually(() => expect(changesOf('silent-1')).toHaveLength(3), { timeoutMs: 10_000 });
    expect(changesOf('silent-1')).toEqual(['offline → online', 'online → late', 'late → offline']);
    await reporting.report('runner-6', reportOf({ agent_id: 'silent-1', seq: 2 }));
    await eventually(() => expect(changesOf('silent-1').at(-1)).toBe('offline → online'));
    const versions = reporting.events
      .filter(({ type, subject }) => type === livenessChanged.key && subject === 'silent-1')
      .map(({ data }) => data.aggregate_version);
    expect(versions.slice(0, 4)).toEqual([1, 2, 3, 4]);
  }, 20_000);

  // Mission: A6
  it('answers a query about an agent in under 10 ms', async () => {
    const times: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      const before = performance.now();
      await status('tester-1');
      times.push(performance.now() - before);
    }
    const [best, median] = [10, 50].map((rank) => times.toSorted((a, b) => a - b)[rank]?.toFixed(1));
    process.stdout.write(`status p10 ${best} ms, p50 ${median} ms\n`);
    expect(Number(best)).toBeLessThan(10);
  });

  it('ingests thousands of reports and loses none', async () => {
    const [agents, rounds] = [500, 10];
    const principals = ['a', 'b', 'c', 'd'].map((letter) => `crowd-${letter}`);
    const agentOf = (index: number) => `crowd-agent-${index}`;
    const principalOf = (index: number) => principals[index % principals.length] ?? '';
    for (const principal of principals) await reporting.session(principal, 1);
    await Promise.all(
      Array.from({ length: agents }, (_, index) => reporting.agent(agentOf(index), principalOf(index))),
    );
    await eventually(() => status(agentOf(agents - 1)), { timeoutMs: 20_000 });
    const startedAt = performance.now();
    for (let seq = 1; seq <= rounds; seq += 1)
      await Promise.all(
        Array.from({ length: agents }, (_, index) =>
          reporting.report(principalOf(index), reportOf({ agent_id: agentOf(index), seq })),
        ),
      );
    await eventually(async () => expect(await crowdReports()).toBe(agents * rounds), { timeoutMs: 20_000 });
    const perSecond = (agents * rounds * 1000) / (performance.now() - startedAt);
    process.stdout.write(
      `${agents * rounds} reports published and written, ${perSecond.toFixed(0)} per second\n`,
    );
  }, 60_000);

  /** Read with the administrator's rights: the tables belong to the service. */
  async function rows<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: reporting.database.adminUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...params])).rows;
    } finally {
      await client.end();
    }
  }

  async function historyOf(agentId: string): Promise<number[]> {
    const found = await rows<{ seq: string }>(
      'SELECT seq FROM reporting.report_history WHERE agent_id = $1 ORDER BY seq',
      [agentId],
    );
    return found.map(({ seq }) => Number(seq));
  }

  async function crowdReports(): Promise<number> {
    const [row] = await rows<{ count: string }>(
      `SELECT count(*) FROM reporting.report_history WHERE agent_id LIKE 'crowd-%'`,
    );
    return Number(row?.count);
  }

  leakGuard();
});
