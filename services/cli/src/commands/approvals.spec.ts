import {
  approvalResource,
  decideApprovalRoute,
  getApprovalRoute,
  getChange,
  getChangeRoute,
  getRequestRoute,
} from '@ymera/contracts';
import type { FakeGateway } from '../testing/fake-gateway';
import {
  approval,
  approvingVerdict,
  criticalEscalation,
  judgedEscalation,
  running,
} from '../testing/sample-answers';
import { TypedCommands } from '../testing/typed-commands';

const oid = 'c'.repeat(40);

describe('ymera approvals', () => {
  let commands: TypedCommands;
  let gateway: FakeGateway;

  beforeEach(async () => {
    commands = await TypedCommands.start();
    gateway = commands.gateway;
    gateway.answer(getRequestRoute, running);
  });
  afterEach(() => commands.stop());

  const connected = (...words: string[]): Promise<unknown> => commands.connected(...words);

  it('show prints the accepted findings of a landing, with person and reason', async () => {
    const waiver = {
      code: 'evaluated_code',
      file: 'src/a.js',
      digest: approval.subject_digest,
      tree: oid,
      accepted_by: 'grace',
      reason: 'The text is a constant.',
      accepted_at: '2026-01-01T00:00:00.000Z',
    };
    const verdict = { ...approvingVerdict(oid, 'No test'), waivers: [waiver] };
    const counts = { total: 1, passed: 1, failed: 0, skipped: 0, duration_ms: 1, exit_code: 0 };
    const tests = { tree: oid, command: 'npm test', ...counts };
    const landing = { change_id: running.request_id, base: oid, commit: oid, tree: oid, verdict, tests };
    gateway
      .answer(getApprovalRoute, approvalResource.parse({ ...approval, kind: 'landing_approval', landing }))
      .answer(getChangeRoute, getChange.reply.parse(getChange.replySample));
    await connected('approvals', 'show', approval.approval_id);
    expect(commands.written).toContain(
      '\nAccepted    evaluated_code (src/a.js) by grace: The text is a constant.\nTests',
    );
    commands.written = '';
    await connected('approvals', 'show', approval.approval_id, '--json');
    expect(JSON.parse(commands.written)).toMatchObject({
      approval: { landing: { verdict: { waivers: [waiver] } } },
    });
  });

  describe('decide --option accept', () => {
    const decide = ['approvals', 'decide', approval.approval_id, '--option', 'accept'];

    it('sends the reason with it', async () => {
      gateway
        .answer(getApprovalRoute, judgedEscalation)
        .answer(decideApprovalRoute, { ...judgedEscalation, state: 'approved', option: 'accept' });
      await connected(...decide, '--reason', 'The text is a constant.');
      expect(gateway.asked.at(-1)).toMatchObject({
        operation: 'decideApproval',
        body: {
          subject_digest: judgedEscalation.subject_digest,
          option: 'accept',
          reason: 'The text is a constant.',
        },
      });
      expect(commands.written).toContain('accept');
    });

    it.each([[['--json']], [['--reason', 'fine']], [['--reason', '            ']]])(
      'is refused with %j alone',
      async (words) => {
        await expect(connected(...decide, ...words)).rejects.toMatchObject({
          code: 'usage',
          message: 'To accept findings, give a --reason with at least 10 characters.',
        });
        expect(gateway.asked).toEqual([]);
      },
    );

    it('is printed as an option only where it is available', async () => {
      const shown = async (one: typeof approval): Promise<{ approval: typeof approval }> => {
        commands.written = '';
        gateway
          .answer(getApprovalRoute, one)
          .answer(getChangeRoute, getChange.reply.parse(getChange.replySample));
        await connected('approvals', 'show', approval.approval_id, '--json');
        return JSON.parse(commands.written) as { approval: typeof approval };
      };
      expect((await shown(judgedEscalation)).approval.escalation?.options).toContain('accept');
      expect((await shown(criticalEscalation)).approval.escalation?.options).not.toContain('accept');
      await connected('approvals', 'show', approval.approval_id);
      expect(commands.written).toContain('Cannot be accepted: Critical findings cannot be accepted.');
    });
  });
});
