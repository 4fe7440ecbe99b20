import { exchanges } from '@ymera/contracts';
import { management } from './management-api';
import { isLeftoverVhost, testVhosts } from './test-vhosts';

describe('testVhosts', () => {
  it('declares the topology of the contracts in two virtual hosts and removes them', async () => {
    const vhosts = await testVhosts();
    const path = `vhosts/${encodeURIComponent(vhosts.agentsVhost)}`;
    const queues = await management<{ name: string }[]>(
      'GET',
      `queues/${encodeURIComponent(vhosts.agentsVhost)}?columns=name`,
    );
    expect(queues.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['reporting.reports.0', 'reporting.reports.1', 'orchestrator.results']),
    );
    expect(queues.map(({ name }) => name)).not.toContain('reporting.reports.2');
    const exchange = `exchanges/${encodeURIComponent(vhosts.servicesVhost)}/${exchanges.events}`;
    expect(await management('GET', exchange)).toMatchObject({ type: 'topic', durable: true });
    await vhosts.close();
    await expect(management('GET', path)).rejects.toThrow('404');
  });

  it('recognises virtual hosts that a killed run left behind', () => {
    const now = Date.parse('2026-05-10T12:00:00Z');
    const made = (time: number): string => `ymera-test-${time.toString(36)}-0123abcd-agents`;
    expect(isLeftoverVhost(made(now - 7_200_000), now)).toBe(true);
    expect(isLeftoverVhost(made(now), now)).toBe(false);
    expect(isLeftoverVhost('/agents', now)).toBe(false);
  });
});
