import {
  changeLanded,
  getLanding,
  getProject,
  pauseLanding,
  registerProject,
  resumeLanding,
} from '@ymera/contracts';
import { eventually, leakGuard } from '@ymera/testing';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from './domain/change';
import { sampleSource, type SourceRepository } from './testing/git-fixture';
import { admin, landOrder, createCommitOrder, withdrawalOf } from './testing/integration-environment';
import { RunningIntegration } from './testing/running-integration';

jest.setTimeout(60_000);

/** Every session with the database ends while git is moving the branch; git is not interrupted. */
describe('a landing that outlives its database session (real PostgreSQL, RabbitMQ and git)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-held-git-'));
  const gate = { held: join(folder, 'held'), open: join(folder, 'open') };
  const path = process.env['PATH'] ?? '';
  let running: RunningIntegration;
  let source: SourceRepository;

  beforeAll(async () => {
    // A git that waits before it moves a branch, until the gate is open.
    const script = `#!/bin/sh
case "$*" in *"update-ref refs/heads/main"*)
  : > '${gate.held}'
  until [ -e '${gate.open}' ]; do sleep 0.02; done;;
esac
PATH='${path}' exec git "$@"
`;
    writeFileSync(join(folder, 'git'), script, { mode: 0o755 });
    source = sampleSource();
    running = await RunningIntegration.start(`${folder}:${path}`);
  }, 30_000);
  beforeEach(() => {
    for (const file of Object.values(gate)) rmSync(file, { force: true });
  });
  afterEach(() => writeFileSync(gate.open, ''));
  afterAll(async () => {
    await running.stop();
    source.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const committed = async (projectId: string, base: string, file: string): Promise<Change> => {
    const { patch } = source.propose((at) => at.write(file, `${file}\n`));
    const order = createCommitOrder(base, patch, { project_id: projectId });
    await running.createCommit(order);
    const [told] = await running.told(order.request_id);
    const { commit, tree, change_id } = told?.payload as { commit: string; tree: string; change_id: string };
    return {
      changeId: change_id,
      projectId,
      workflowId: order.workflow_id,
      requestId: order.request_id,
      agentId: order.agent_id,
      base,
      commit,
      tree,
    } as Change;
  };

  const headOf = async (projectId: string) => {
    const found = await running.ask(getProject, { project_id: projectId });
    return found.ok ? found.value.head : found.error.code;
  };

  /** A landing whose session is dead and whose branch is about to move; the service has reconnected. */
  async function landingOfDeadSession(projectId: string): Promise<Change> {
    const made = await running.ask(registerProject, {
      project_id: projectId,
      source: source.path,
      actor: admin,
    });
    if (!made.ok) throw new Error(made.error.code);
    const change = await committed(projectId, made.value.head, 'a.txt');
    await running.land(landOrder(change));
    await eventually(() => expect(existsSync(gate.held)).toBe(true), { timeoutMs: 10_000 });
    await running.cutSessions();
    await eventually(async () => expect(await headOf(projectId)).toBe(change.base), { timeoutMs: 10_000 });
    return change;
  }

  it('answers change.landed to a withdrawal that arrives before the branch moves', async () => {
    const change = await landingOfDeadSession('withdrawn');
    await running.withdraw(withdrawalOf(change));
    // It comes after the withdrawal and takes longer: a withdrawal that did not wait would be answered by then.
    await committed('withdrawn', change.base, 'b.txt');
    writeFileSync(gate.open, '');
    const told = await running.told(change.requestId, 3);
    expect(told.slice(1).map(({ type }) => type)).toEqual([changeLanded.key, changeLanded.key]);
    expect(await headOf('withdrawn')).toBe(change.commit);
  });

  it('has moved its branch before a pause is answered', async () => {
    const change = await landingOfDeadSession('paused');
    const answer = running.ask(pauseLanding, { actor: admin, reason: 'A release is being cut.' });
    const headAtAnswer = answer.then(() => headOf('paused'));
    await eventually(async () =>
      expect(await running.ask(getLanding, {})).toMatchObject({ value: { state: 'paused' } }),
    );
    // A pause that did not wait would be answered before this.
    await committed('paused', change.base, 'b.txt');
    expect(await headOf('paused')).toBe(change.base);
    writeFileSync(gate.open, '');
    expect(await answer).toMatchObject({ ok: true, value: { state: 'paused' } });
    expect(await headAtAnswer).toBe(change.commit);
    // The redelivery publishes the landing that has happened already.
    expect((await running.told(change.requestId, 2))[1]?.type).toBe(changeLanded.key);
    await running.ask(resumeLanding, { actor: admin, reason: 'It is out.' });
  });
});

leakGuard();
