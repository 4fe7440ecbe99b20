import {
  alertResource,
  listAgents,
  listAgentsRoute,
  listAlertsRoute,
  listApprovals,
  listApprovalsRoute,
  listDeadLetters,
  listDeadLettersRoute,
  listProjects,
  listProjectsRoute,
  listRequests,
  listRequestsRoute,
} from '@ymera/contracts';
import { TypedCommands } from '../testing/typed-commands';

const alert = alertResource.parse({
  alert_id: listRequests.replySample.items[0]?.request_id,
  kind: 'dead_letter',
  severity: 'warning',
  state: 'open',
  title: 'Look',
  link: '/x',
  trace_id: null,
  raised_at: '2026-01-01T00:00:00.000Z',
  resolved_at: null,
});
const lists = [
  [['requests', 'list'], listRequestsRoute, listRequests.replySample.items[0]],
  [['approvals', 'list'], listApprovalsRoute, listApprovals.replySample.items[0]],
  [['agents', 'list'], listAgentsRoute, listAgents.replySample.items[0]],
  [['projects', 'list'], listProjectsRoute, listProjects.replySample.items[0]],
  [['alerts'], listAlertsRoute, alert],
  [['dlq', 'list'], listDeadLettersRoute, listDeadLetters.replySample.items[0]],
] as const;
const inAll = 450;

describe('list commands (with a fake gateway)', () => {
  let commands: TypedCommands;
  beforeEach(async () => {
    commands = await TypedCommands.start();
    for (const [, route, item] of lists)
      commands.gateway.answerBy(route, (query) => {
        const from = Number(query.get('cursor') ?? 0);
        const to = Math.min(inAll, from + Number(query.get('limit') ?? 50));
        return {
          items: Array.from({ length: to - from }, () => item),
          next_cursor: to < inAll ? `${to}` : null,
        };
      });
  });
  afterEach(() => commands.stop());

  const json = (): { items: unknown[]; next_cursor: string | null } =>
    JSON.parse(commands.written) as ReturnType<typeof json>;

  describe.each(lists)('%j', (words) => {
    it('follows the pages up to its limit, and prints the next cursor', async () => {
      await commands.connected(...words);
      expect(commands.written).toMatch(
        /^(?:\S.*\n){200}\nThere is more: a higher --limit shows it, or go on with\n {2}--cursor 200\n$/,
      );
      commands.written = '';
      await commands.connected(...words, '--json', '--limit', '330');
      expect(json()).toMatchObject({ next_cursor: '330' });
      expect(json().items).toHaveLength(330);
    });

    it('continues from the cursor to the end', async () => {
      await commands.connected(...words, '--limit', '400', '--cursor', '200');
      expect(commands.written).toMatch(/^(?:\S.*\n){250}$/);
      commands.written = '';
      await commands.connected(...words, '--json', '--limit', '400', '--cursor', '200');
      expect(json()).toMatchObject({ next_cursor: null });
    });

    it('prints that the list is empty', async () => {
      for (const [, route] of lists) commands.gateway.answer(route, { items: [], next_cursor: null });
      await commands.connected(...words);
      expect(commands.written).toMatch(/^no(thing)? .+\n$/);
    });
  });

  it.each(['0', '10001', '1.5', 'all'])('has no limit of %s', async (limit) => {
    await expect(commands.connected('agents', 'list', '--limit', limit)).rejects.toMatchObject({
      code: 'usage',
      exitCode: 2,
      message: expect.stringContaining('a whole number from 1 to 10000'),
    });
  });
});
