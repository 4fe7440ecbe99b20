import { canaryName } from '@ymera/contracts';
import { err, failure, ok } from '@ymera/kernel';
import { leakGuard, SeverableRoute, testVhosts, type TestVhosts } from '@ymera/testing';
import { AuthenticationProbe, type ProbeRoute } from './authentication-probe';

const withinMs = 5_000;

describe('AuthenticationProbe on a real broker', () => {
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

  /**
   * A registry whose instances were asked by the broker, or not, in the order in which they get the probe's queries.
   */
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

  it('succeeds when the broker refused the login and the registry was asked, under another name each time', async () => {
    const { probe: one, names } = probe(true, true);
    await one.run(withinMs);
    await one.run(withinMs);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => canaryName.safeParse(name).success)).toBe(true);
  });

  it('repeats the query when it reached an instance that the broker did not ask', async () => {
    const { probe: one, names } = probe(false, false, true);
    await one.run(withinMs);
    expect(names).toHaveLength(3);
    expect(new Set(names).size).toBe(1);
  });

  it('fails when the broker refused the login without asking the registry', async () => {
    await expect(probe().probe.run(withinMs)).rejects.toThrow('did not ask');
  });

  it('fails when the registry does not answer', async () => {
    const recall = async () => err(failure('timeout', 'query_timeout', 'No answer.'));
    const one = new AuthenticationProbe({ brokerUrl: route.url, agentsVhost: vhosts.agentsVhost, recall });
    await expect(one.run(withinMs)).rejects.toThrow('query_timeout');
  });

  it('fails while the broker is unavailable, and succeeds once it is back', async () => {
    const { probe: one } = probe(true);
    route.cut();
    await expect(one.run(withinMs)).rejects.toThrow();
    route.restore();
    await one.run(withinMs);
  });

  it('times out when the broker hangs, and refuses a concurrent run until then', async () => {
    const { probe: one } = probe(true);
    route.hang();
    const first = one.run(600);
    await expect(one.run(600)).rejects.toThrow('still running');
    await expect(first).rejects.toThrow('TIMEDOUT');
    route.restore();
    await one.run(withinMs);
  });

  leakGuard();
});
