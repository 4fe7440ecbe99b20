import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import {
  type ApprovalResource,
  approvalResource,
  type ChangeResource,
  getChange,
  type RequestResource,
  startWorkflow,
} from '@ymera/contracts';
import { eventually } from '@ymera/testing';
import { createColors } from 'picocolors';
import { NoDecision } from '../interruption';
import {
  approval,
  approvingVerdict,
  criticalEscalation,
  entry,
  judgedEscalation,
  request,
} from '../testing/sample-answers';
import { TerminalAudience } from './terminal-audience';
import { VisibleAudience } from './visible-audience';

const { plan } = startWorkflow.sample;
const planned: RequestResource = { ...request, plan };
const planGate: ApprovalResource = { ...approval, kind: 'plan_approval', landing: null };

/** A fake terminal that records its output, with scripted input. */
function fakeTerminal(columns = 80) {
  const input = new PassThrough();
  const screen = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  let written = '';
  screen.on('data', (bytes: Buffer) => {
    written += bytes.toString();
  });
  const stop = new AbortController();
  const output = screen as unknown as NodeJS.WriteStream;
  const audience = new VisibleAudience(
    new TerminalAudience({ input, output }, createColors(false), stop.signal),
  );
  return {
    audience,
    stop,
    input,
    raw: () => written,
    text: () => stripVTControlCharacters(written),
    /** Types only after a question: its text must have been visible for the given time. */
    async type(keys: string, after: string, times = 1): Promise<void> {
      await eventually(() => {
        expect(stripVTControlCharacters(written).split(after).length - 1).toBeGreaterThanOrEqual(times);
      });
      input.write(keys);
    },
  };
}

const oid = 'c'.repeat(40);
const landingGate = (message = 'The fix has no test'): ApprovalResource =>
  approvalResource.parse({
    ...approval,
    kind: 'landing_approval',
    landing: {
      change_id: approval.approval_id,
      base: oid,
      commit: oid,
      tree: oid,
      verdict: approvingVerdict(oid, message),
      tests: {
        tree: oid,
        command: 'npm test',
        total: 1,
        passed: 1,
        failed: 0,
        skipped: 0,
        duration_ms: 1,
        exit_code: 0,
      },
    },
  });
const changeOf = (lines: number): ChangeResource => ({
  ...getChange.reply.parse(getChange.replySample),
  diff: Array.from({ length: lines }, (_, index) => `+line ${index + 1}.\n`).join(''),
});

describe('a person at a terminal', () => {
  it('sees the plan and a line for each step, within the width of the screen', async () => {
    const { audience, text } = fakeTerminal(60);
    audience.planned(planned);
    const step_id = plan.steps[0]?.step_id ?? '';
    const step = 'benchmark run 4 of 10 on the base and on the change';
    audience.happened(entry('orchestrator.task.progressed.v1', { step_id, progress: 0.4, step }));
    audience.ended();
    expect(text()).toMatch(/^ {2}○ .*━━─── b.*…$/m);
    expect(text()).toContain('Request    ');
    for (const { name } of plan.steps) expect(text()).toMatch(new RegExp(`^  ○ ${name}`, 'm'));
    expect(
      Math.max(
        ...text()
          .split('\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(60);
  });

  it('sees a lost connection above the board, which continues below', () => {
    const { audience, text } = fakeTerminal();
    audience.planned(planned);
    const drawn = text().length;
    audience.lost(120_000);
    audience.back();
    audience.ended();
    const step = plan.steps[0]?.name ?? '';
    expect(text().slice(drawn)).toMatch(
      new RegExp(
        `^! The connection to the gateway is lost; retrying for 2 min 00 s\\. The request\n  continues\\.\n  ○ ${step}[^]*\n✔ The connection to the gateway is restored\\.\n  ○ ${step}`,
      ),
    );
  });

  it.each([
    ['\n', 'approved'],
    ['YES\n', 'approved'],
    ['n\n', 'denied'],
    ['no\n', 'denied'],
  ])('answers %j: %s', async (keys, decision) => {
    const { audience, type } = fakeTerminal();
    const decided = audience.decide(planGate, undefined);
    await type(keys, 'Approve this plan?');
    await expect(decided).resolves.toBe(decision);
  });

  it('sees the change, its examination and the findings before the question', async () => {
    const { audience, text, type } = fakeTerminal();
    const decided = audience.decide(landingGate(), changeOf(2));
    await type('y\n', 'Land this change?');
    await decided;
    expect(text()).toMatch(
      /\+line 2\.\n\nExamination ✔ approved by examiner.*\n {2}fix_without_test: The fix has no test\nTests [^]*Land this change\?/,
    );
    expect(text()).not.toContain('[d]iff');
  });

  it('can read a long change in full before answering', async () => {
    const { audience, text, type } = fakeTerminal();
    const decided = audience.decide(landingGate(), changeOf(100));
    await type('d\n', '[d]iff in full');
    await type('n\n', '[d]iff in full', 2);
    await expect(decided).resolves.toBe('denied');
    expect(text().split('… 20 more lines')).toHaveLength(2);
    expect(text()).toContain('\n+line 81.\n');
    expect(text()).toContain('\n+line 100.\n');
  });

  it('answers nothing with input from before the question', async () => {
    const { audience, input, type } = fakeTerminal();
    input.write('y\n\n');
    const decided = audience.decide(planGate, undefined);
    await type('n\n', 'Approve this plan?');
    await expect(decided).resolves.toBe('denied');
  });

  it('is asked again after an invalid answer, and decides nothing after five', async () => {
    const first = fakeTerminal();
    const decided = first.audience.decide(planGate, undefined);
    await first.type('maybe\n', 'Approve this plan?');
    await first.type('y\n', 'Approve this plan?', 2);
    await expect(decided).resolves.toBe('approved');

    const second = fakeTerminal();
    const undecided = second.audience.decide(planGate, undefined).catch((error: unknown) => error);
    for (const times of [1, 2, 3, 4, 5]) await second.type('maybe\n', 'Approve this plan?', times);
    expect(await undecided).toMatchObject({ code: 'no_answer', exitCode: 2 });
    expect(await undecided).toBeInstanceOf(NoDecision);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['a signal', undefined],
  ])('decides nothing with %s', async (_, key) => {
    const { audience, stop, type, text } = fakeTerminal();
    audience.planned(planned);
    const decided = audience.decide(planGate, undefined).catch((error: unknown) => error);
    await type(key ?? '', 'Approve this plan?');
    if (key === undefined) stop.abort();
    expect(await decided).toMatchObject({ code: 'interrupted', exitCode: 130 });
    // Timers of the display would keep the process alive.
    const before = text();
    audience.ended();
    expect(text()).toBe(before);
  });

  it.each([
    ['r\n', { option: 'retry', note: 'Look at the cache' }],
    ['take over\n', undefined],
    ['t\n', { option: 'take_over' }],
    ['\n', { option: 'abandon' }],
  ])('chooses at an escalation with %j', async (keys, choice) => {
    const { audience, type } = fakeTerminal();
    const chosen = audience.choose({ ...approval, kind: 'escalation' });
    await type(keys, 'What now?');
    if (choice?.option === 'retry') await type('Look at the cache\n', 'What should the next attempt know?');
    if (!choice) await type('abandon\n', 'What now?', 2);
    await expect(chosen).resolves.toEqual(choice ?? { option: 'abandon' });
  });

  it.each(['c\n', 'ac\n', 'accept\n'])(
    'accepts with %j, after seeing what, and only for a reason',
    async (keys) => {
      const { audience, text, type } = fakeTerminal();
      const chosen = audience.choose(judgedEscalation);
      await type(keys, 'a[c]cept');
      await type('fine\n', 'Why do they not matter here?');
      await type('The text is a constant.\n', 'Why do they not matter here?', 2);
      await expect(chosen).resolves.toEqual({ option: 'accept', note: 'The text is a constant.' });
      const [, shown = ''] = text().split('You accept 1 finding(s), for exactly this change:');
      expect(shown).toMatch(/^\s+evaluated_code: Text is run as code\. \(src\/a\.js:3\)\s+Why do/);
    },
  );

  it('accepts nothing without a reason after repeated questions', async () => {
    const { audience, type } = fakeTerminal();
    const chosen = audience.choose(judgedEscalation).catch((error: unknown) => error);
    await type('c\n', 'a[c]cept');
    for (const times of [1, 2, 3, 4, 5]) await type('ok\n', 'Why do they not matter here?', times);
    expect(await chosen).toMatchObject({ code: 'no_answer' });
  });

  it('abandons with one letter, also where it could accept', async () => {
    const { audience, type } = fakeTerminal();
    const chosen = audience.choose(judgedEscalation);
    await type('a\n', 'What now?');
    await expect(chosen).resolves.toEqual({ option: 'abandon' });
  });

  it('cannot accept critical findings, and sees why', async () => {
    const { audience, text, type } = fakeTerminal(200);
    const chosen = audience.choose(criticalEscalation);
    await type('accept\n', 'What now?');
    await type('abandon\n', 'What now?', 2);
    await expect(chosen).resolves.toEqual({ option: 'abandon' });
    expect(text()).not.toContain('a[c]cept');
    expect(text()).toContain('Cannot be accepted: Critical findings cannot be accepted. (evaluated_code');
  });

  it('sees control characters of untrusted text escaped', async () => {
    const order = '\u001b]0;title\u0007';
    const { audience, raw, type } = fakeTerminal(200);
    audience.planned({ ...planned, text: `${order}request` });
    audience.happened(
      entry('orchestrator.step.changed.v1', {
        step_id: plan.steps[0]?.step_id ?? '',
        state: 'pending',
        attempt: 1,
        reason: `${order}reason`,
        findings: [],
      }),
    );
    const decided = audience.decide(landingGate(`${order}finding`), {
      ...changeOf(1),
      diff: `+${order}diff\r\n+\tx\n`,
    });
    await type('y\n', 'Land this change?');
    await decided;
    audience.ended();
    for (const what of ['request', 'reason', 'finding', 'diff'])
      expect(raw()).toContain(`\\x1b]0;title\\x07${what}`);
    expect(raw()).toContain('+\tx');
    expect(raw()).not.toContain(order);
  });
});
