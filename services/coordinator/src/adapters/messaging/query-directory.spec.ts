import { type AgentResource, listAgents, type PayloadOf } from '@ymera/contracts';
import { err, failure, ok } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import { QueryDirectory } from './query-directory';

type Asked = PayloadOf<typeof listAgents>;

const [sample] = listAgents.replySample.items as readonly AgentResource[];
const agent = (index: number, status: AgentResource['status']) => ({
  ...sample,
  agent_id: `tester-${String(index).padStart(4, '0')}`,
  status,
});

/** A registry with so many retired agents before one that is active, or none. */
function registryWith(retired: number, hasActive: boolean, { filters = true } = {}) {
  const all = [
    ...Array.from({ length: retired }, (_, index) => agent(index, 'retired')),
    ...(hasActive ? [agent(retired, 'active')] : []),
  ];
  const asked: Asked[] = [];
  const ask = (_: unknown, payload: Asked) => {
    asked.push(payload);
    const from = Number(payload.cursor ?? 0);
    const found = filters ? all.filter(({ status }) => status === payload.status) : all;
    const items = found.slice(from, from + payload.limit);
    const isLast = from + payload.limit >= found.length;
    return Promise.resolve(ok({ items, next_cursor: isLast ? null : String(from + payload.limit) }));
  };
  return { asked, directory: new QueryDirectory({ ask } as unknown as Pick<QueryClient, 'ask'>) };
}

describe('QueryDirectory.hasAgentOf', () => {
  it('finds the active agent behind any number of retired ones, with one question', async () => {
    const { directory, asked } = registryWith(1000, true);
    expect(await directory.hasAgentOf('TESTING')).toEqual(ok(true));
    expect(asked).toMatchObject([{ agent_type: 'TESTING', status: 'active' }]);
  });

  it('finds it also when the registry does not know the filter yet', async () => {
    const { directory, asked } = registryWith(1000, true, { filters: false });
    expect(await directory.hasAgentOf('TESTING')).toEqual(ok(true));
    expect(asked).toHaveLength(6);
  });

  it.each([true, false])('counts retired agents as none (the registry filters: %s)', async (filters) => {
    expect(await registryWith(450, false, { filters }).directory.hasAgentOf('TESTING')).toEqual(ok(false));
  });

  it('answers with the registry’s failure', async () => {
    const unavailable = err(failure('unavailable', 'service_unavailable', 'Gone.'));
    const ask = () => Promise.resolve(unavailable);
    const directory = new QueryDirectory({ ask });
    expect(await directory.hasAgentOf('TESTING')).toBe(unavailable);
  });
});
