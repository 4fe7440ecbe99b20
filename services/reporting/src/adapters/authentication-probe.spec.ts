import { canaryName } from '@ymera/contracts';
import { err, failure, ok } from '@ymera/kernel';
import { leakGuard, SeverableRoute, testVhosts, type TestVhosts } from '@ymera/testing';
import { AuthenticationProbe, type ProbeRoute } from './authentication-probe';

const withinMs = 5_000;

describe('a canary, on a real broker', () => {
  let vhosts: TestVhosts;
  let route: SeverableRoute;

  beforeAll(async () => {
    vhosts = await testVhosts({ partitions: 1 });
    route = await SeverableRoute.to(vhosts.url);
  });
  afterEach(() => route.restore());
  afterAll(async () => {
    await route.close();
    await vhosts.close();
  });

  /** A registry whose instances were asked, or not, in the order in which our questions come to them. */
  function probe(...wereAsked: boolean[]): { probe: AuthenticationProbe; names: string[] } {
    const names: string[] = [];
    const recall: ProbeRoute['recall'] = async ({ name }) => {
      names.push(name);
      return ok({ asked_at: wereAsked.shift() ? '2026-01-01T00:00:00Z' : null });
    };
    return {
      names,
      probe: new AuthenticationProbe({ brokerUrl: route.url, agentsVhost: vhosts.agentsVhost, recall }),
    };
  }

  it('comes back when the broker refused it and the registry was asked, under another name each time', async () => {
    const { probe: one, names } = probe(true, true);
    await one.run(withinMs);
    await one.run(withinMs);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => canaryName.safeParse(name).success)).toBe(true);
  });

  it('is asked for again when the question came to an instance that the broker did not ask', async () => {
    const { probe: one, names } = probe(false, false, true);
    await one.run(withinMs);
    expect(names).toHaveLength(3);
    expect(new Set(names).size).toBe(1);
  });

  it('does not come back when the broker refused it without asking the registry', async () => {
    await expect(probe().probe.run(withinMs)).rejects.toThrow('did not ask');
  });

  it('does not come back when the registry does not answer', async () => {
    const recall = async () => err(failure('timeout', 'query_timeout', 'No answer.'));
    const one = new AuthenticationProbe({ brokerUrl: route.url, agentsVhost: vhosts.agentsVhost, recall });
    await expect(one.run(withinMs)).rejects.toThrow('query_timeout');
  });

  it('does not come back when the broker is away, and comes back when that is', async () => {
    const { probe: one } = probe(true);
    route.cut();
    await expect(one.run(withinMs)).rejects.toThrow();
    route.restore();
    await one.run(withinMs);
  });

  it('is given up when the broker hangs, and no other flies until then', async () => {
    const { probe: one } = probe(true);
    route.hang();
    const first = one.run(600);
    await expect(one.run(600)).rejects.toThrow('not back yet');
    await expect(first).rejects.toThrow('TIMEDOUT');
    route.restore();
    await one.run(withinMs);
  });

  leakGuard();
});
