import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskResult } from '@ymera/agent-sdk';
import { sleep } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import { checkHistory, describeVerdict, type HistoryVerdict, readEffects } from '../history-check';
import {
  ChaosEnvironment,
  killed,
  type Leased,
  newFile,
  ScriptedAgent,
  waitUntilHealthy,
  type Wish,
} from '../environment';
import { repositoryRoot } from '../support/commands';
import { type Breakage, Breaking } from './breakage';

const startWorkflow = 'orchestrator.start_workflow.v1';
const gateOpened = 'orchestrator.gate.opened.v1';

/** A sound platform is idle within this time; a broken one gets no longer. */
const soundMs = 30_000;
const brokenMs = 6_000;

/**
 * Disables each guarantee in a real service that is then killed at exactly the worst moment. Without the breakage
 * the same kill costs nothing; with it the history check must report the loss or the duplicate.
 */
describe('the history check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-breaks-'));
  const breaking = new Breaking(join(folder, 'breakage.json'));
  let field: ChaosEnvironment;
  let scripted: readonly ScriptedAgent[] = [];
  /** Findings of earlier breakages. */
  let before: HistoryVerdict = { lost: [], doubled: [] };

  beforeAll(async () => {
    const preload = join(repositoryRoot, 'test/e2e/dist/breaks/preload.js');
    field = await ChaosEnvironment.open({
      instance: 'e2e-breaks',
      projects: 1,
      hasRunner: false,
      prebuilt: true,
      preload: { coordinator: preload, orchestrator: preload },
      env: { YMERA_TEST_BREAKAGE_FILE: join(folder, 'breakage.json') },
    });
    const gatewayUrl = field.platform.urls['gateway'] ?? '';
    const place = { gatewayUrl, type: 'ENHANCEMENT', tasks: ['enhance'] } as const;
    scripted = await Promise.all(
      ['scripted-1', 'scripted-2'].map((name) =>
        ScriptedAgent.join(field.api, { ...place, name }, field.record),
      ),
    );
  }, 120_000);

  afterAll(async () => {
    await Promise.all(scripted.map((agent) => agent.leave()));
    await field?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  afterEach(() => breaking.end());

  /** New findings of the check, once they are stable or `restMs` are over. */
  const news = async (restMs: number): Promise<HistoryVerdict> => {
    const known = new Set([...before.lost, ...before.doubled]);
    const fresh = (all: readonly string[]): string[] => all.filter((evidence) => !known.has(evidence));
    const deadline = Date.now() + restMs;
    for (;;) {
      const verdict = checkHistory(field.record, await readEffects(field.places));
      const said = { lost: fresh(verdict.lost), doubled: fresh(verdict.doubled) };
      const isClean = said.lost.length + said.doubled.length === 0;
      if (!isClean && Date.now() < deadline) {
        await sleep(200);
        continue;
      }
      before = verdict;
      if (!isClean) process.stdout.write(`${describeVerdict(said)}\n`);
      return said;
    }
  };

  /** Kills the process at the point where the breakage blocks it; `after` holds from then on. */
  const dieHeld = async (service: string, after?: Breakage): Promise<void> => {
    await breaking.untilHeld();
    if (after) breaking.begin(after);
    else breaking.end();
    await killed(service).injectFault(field.platform);
    await waitUntilHealthy(field.platform);
  };

  const submit = (wish: Wish, text?: string): Promise<void> =>
    field.load.submit(field.projectIds[0] ?? '', wish, text);

  const expectSound = async (): Promise<void> =>
    expect(await news(soundMs)).toEqual({ lost: [], doubled: [] });

  const commandDies = async (broken: Breakage['broken']): Promise<void> => {
    breaking.begin({ service: 'orchestrator', type: startWorkflow, broken, hold: 'before_handler' });
    await submit('review');
    await dieHeld('orchestrator');
  };

  it('finds nothing after a consumer is killed while it handles a command', async () => {
    await commandDies('nothing');
    await expectSound();
  }, 60_000);

  it('finds the lost command when it is acknowledged before the commit', async () => {
    await commandDies('acknowledge_before_commit');
    const { lost } = await news(brokenMs);
    expect(lost).toContainEqual(expect.stringMatching(/^request .* never ended: it is running$/));
  }, 60_000);

  /** The gate stays open: no other event could hide that the coordinator receives the event again. */
  const factIsRepeated = async (broken: Breakage['broken']): Promise<string> => {
    const breakage = { service: 'coordinator', type: gateOpened, broken } as const;
    breaking.begin({ ...breakage, hold: 'before_acknowledgement' });
    const requestId = await field.load.ask(field.projectIds[0] ?? '', 'Fix the wrong notes');
    await dieHeld('coordinator', { ...breakage, hold: 'nowhere' });
    return requestId;
  };

  it('finds nothing after the redelivery of an event', async () => {
    await field.load.cancel(await factIsRepeated('nothing'), true);
    await expectSound();
  }, 60_000);

  it('finds the doubled effect of a redelivered event without the inbox', async () => {
    const requestId = await factIsRepeated('no_inbox');
    const { lost, doubled } = await news(brokenMs);
    expect([...lost, ...doubled]).toContainEqual(expect.stringContaining(gateOpened));
    breaking.end();
    await field.load.cancel(requestId, true);
  }, 60_000);

  const dieBeforeCommit = async (broken: Breakage['broken']): Promise<void> => {
    const there = await countWorkflows(field);
    breaking.begin({ service: 'coordinator', type: startWorkflow, broken, hold: 'before_commit' });
    const accepted = submit('review');
    await breaking.untilHeld();
    if (broken !== 'nothing')
      await eventually(async () => expect(await countWorkflows(field)).toBe(there + 1), {
        timeoutMs: 10_000,
      });
    await dieHeld('coordinator');
    await accepted;
  };

  it('finds nothing after a kill before the commit', async () => {
    await dieBeforeCommit('nothing');
    await expectSound();
  }, 60_000);

  it('finds the effect of an uncommitted event that is published before the commit', async () => {
    await dieBeforeCommit('publish_before_commit');
    const { doubled } = await news(brokenMs);
    expect(doubled).toContainEqual(expect.stringMatching(/^workflow .*, which was never accepted$/));
  }, 60_000);

  /** One agent is unresponsive about its task until another one has it, and then returns a result after all. */
  const lateResult = async (broken: Breakage['broken']): Promise<'accepted' | 'refused'> => {
    breaking.begin({ service: 'orchestrator', type: '', broken, hold: 'nowhere' });
    await submit('refuse_landing', 'Improve the performance');
    const { agent: slow, leased: first } = await firstTask(scripted);
    await slow.accept(first);
    const { agent: quick, leased: second } = await firstTask(scripted.filter((agent) => agent !== slow));
    await quick.accept(second);
    const answer = await slow.finish(first, change(first, 'late'));
    expect(await quick.finish(second, change(second, 'in time'))).toBe('accepted');
    return answer;
  };

  it('finds nothing after the late result of a lost attempt', async () => {
    expect(await lateResult('nothing')).toBe('refused');
    await expectSound();
  }, 60_000);

  it('finds the accepted result of a lost attempt without fencing', async () => {
    expect(await lateResult('no_fencing')).toBe('accepted');
    const { doubled } = await news(brokenMs);
    expect(doubled).toContainEqual(
      expect.stringMatching(/attempt 1, was accepted, and the attempt is lost$/),
    );
  }, 60_000);
});

/** All current workflows. */
const countWorkflows = async ({ places }: ChaosEnvironment): Promise<number> =>
  (await readEffects(places)).workflows.length;

interface Held {
  readonly agent: ScriptedAgent;
  readonly leased: Leased;
}

const firstTask = (agents: readonly ScriptedAgent[]): Promise<Held> =>
  eventually(
    () => {
      for (const agent of agents) {
        const leased = agent.takeTask();
        if (leased) return { agent, leased };
      }
      throw new Error(`no task for ${agents.map(({ agentId }) => agentId).join(', ')}`);
    },
    { timeoutMs: 15_000 },
  );

const change = ({ base, task_id }: Leased, line: string): TaskResult => ({
  outcome: 'completed',
  artefacts: [],
  change: { base, patch: newFile(`scripted-${task_id}.txt`, line) },
});
