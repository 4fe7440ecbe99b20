import {
  changeLanded,
  changeMaterialised,
  changeRefused,
  getChange,
  getLanding,
  getProject,
  landingRefused,
  listProjects,
  pauseLanding,
  registerProject,
  resumeLanding,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import type { Change } from './domain/change';
import { sampleSource, SourceRepository } from './testing/git-fixture';
import {
  admin,
  landOrder,
  createCommitOrder,
  withdrawalOf,
  type CreateCommitOrder,
} from './testing/integration-environment';
import { plantedLandings } from './testing/planted-landings';
import { RunningIntegration } from './testing/running-integration';

jest.setTimeout(30_000);

describe('the integration service (real PostgreSQL, RabbitMQ and git)', () => {
  let running: RunningIntegration;
  let source: SourceRepository;

  beforeAll(async () => {
    source = sampleSource();
    running = await RunningIntegration.start();
  }, 30_000);
  afterAll(async () => {
    await running.stop();
    source.remove();
  });

  /** A separate project, and its head. */
  async function project(id: string): Promise<string> {
    const made = await running.ask(registerProject, { project_id: id, source: source.path, actor: admin });
    if (!made.ok) throw new Error(made.error.code);
    return made.value.head;
  }

  const proposal = (projectId: string, base: string, file: string): CreateCommitOrder =>
    createCommitOrder(base, source.propose((at) => at.write(file, `${file}\n`)).patch, {
      project_id: projectId,
    });

  async function committed(order: CreateCommitOrder): Promise<Change> {
    await running.createCommit(order);
    const [told] = await running.told(order.request_id);
    expect(told?.type).toBe(changeMaterialised.key);
    const { commit, tree, change_id } = told?.payload as { commit: string; tree: string; change_id: string };
    return {
      changeId: change_id,
      projectId: order.project_id,
      workflowId: order.workflow_id,
      requestId: order.request_id,
      agentId: order.agent_id,
      base: order.base,
      commit,
      tree,
    } as Change;
  }

  const headOf = async (projectId: string) => {
    const found = await running.ask(getProject, { project_id: projectId });
    return found.ok ? found.value.head : found.error.code;
  };

  it('stores an order over a pause and a restart, and carries it out under its own trace', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const pauses = { actor: admin, reason: 'A release is being cut.' };
    const base = await project('paused');
    const change = await committed(proposal('paused', base, 'a.txt'));
    await running.ask(pauseLanding, pauses);
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    await running.land(landOrder(change), uuidv7(), { traceparent });
    await eventually(async () =>
      expect(await running.ask(getLanding, {})).toMatchObject({ value: { state: 'paused', waiting: 1 } }),
    );
    await running.service.stop();
    await running.startAgain();
    // Repeated within the workflow's trace; on a busy machine it may be handled only after the resumption.
    await running.land(landOrder(change), uuidv7(), { traceparent });
    expect(await running.ask(getLanding, {})).toMatchObject({
      value: { state: 'paused', reason: pauses.reason, changed_by: 'root' },
    });
    expect(await headOf('paused')).toBe(base);

    await running.ask(resumeLanding, pauses);
    const [, landed] = await running.told(change.requestId, 2);
    expect(landed?.type).toBe(changeLanded.key);
    expect(landed?.traceparent?.split('-')[1]).toBe(trace);
    expect(await headOf('paused')).toBe(change.commit);
  });

  it('does not land an order at the resumption that was withdrawn during the pause', async () => {
    const pauses = { actor: admin, reason: 'A release is being cut.' };
    const base = await project('withdrawn');
    const change = await committed(proposal('withdrawn', base, 'a.txt'));
    const other = await committed(proposal('withdrawn', base, 'b.txt'));
    await running.ask(pauseLanding, pauses);
    await running.land(landOrder(change));
    await running.land(landOrder(other));
    const waiting = (count: number) =>
      eventually(async () =>
        expect(await running.ask(getLanding, {})).toMatchObject({ value: { waiting: count } }),
      );
    await waiting(2);
    await running.withdraw(withdrawalOf(change));
    const [, refused] = await running.told(change.requestId, 2);
    expect(refused).toMatchObject({
      type: landingRefused.key,
      payload: { change_id: change.changeId, error: { code: 'landing_withdrawn', retryable: false } },
    });
    await waiting(1);
    await running.ask(resumeLanding, pauses);
    expect((await running.told(other.requestId, 2))[1]?.type).toBe(changeLanded.key);
    expect(await headOf('withdrawn')).toBe(other.commit);
    await running.land(landOrder(change));
    expect((await running.told(change.requestId, 3))[2]?.type).toBe(landingRefused.key);
  });

  it('registers projects and answers queries about them', async () => {
    const head = await project('answers');
    const found = await running.ask(getProject, { project_id: 'answers' });
    expect(found).toMatchObject({
      ok: true,
      value: { head, default_branch: 'main', workspace_url: 'http://integration.test/git/answers.git' },
    });
    const listed = await running.ask(listProjects, { limit: 50 });
    expect(listed.ok && listed.value.items.map(({ project_id }) => project_id)).toContain('answers');
    expect(await headOf('unknown')).toBe('project_not_found');
  });

  it('rejects invalid sources with their codes', async () => {
    const empty = SourceRepository.create();
    const untested = SourceRepository.create();
    untested.write('README.md', 'hello').commit();
    const codes = [];
    for (const at of ['/no/such/folder', empty.path, untested.path]) {
      const made = await running.ask(registerProject, { project_id: 'bad-source', source: at, actor: admin });
      codes.push(made.ok ? 'ok' : made.error.code);
    }
    expect(codes).toEqual(['repo_not_found', 'repo_not_found', 'no_tests']);
    empty.remove();
    untested.remove();
  });

  it('creates a commit from a patch and lands it on the branch', async () => {
    const base = await project('journey');
    const change = await committed(proposal('journey', base, 'a.txt'));
    expect(await running.ask(getChange, { change_id: change.changeId })).toMatchObject({
      ok: true,
      value: { state: 'materialised', files: [{ path: 'a.txt', added: 1, removed: 0 }] },
    });
    await running.land(landOrder(change));
    const [, landed] = await running.told(change.requestId, 2);
    expect(landed).toMatchObject({
      type: changeLanded.key,
      aggregateVersion: 2,
      payload: { commit: change.commit, tree: change.tree, branch: 'main' },
    });
    expect(await headOf('journey')).toBe(change.commit);
    expect(await running.ask(getChange, { change_id: change.changeId })).toMatchObject({
      value: { state: 'landed' },
    });
  });

  it('publishes one answer for a redelivered message and another for a repeated order', async () => {
    const base = await project('twice');
    const order = proposal('twice', base, 'a.txt');
    const id = uuidv7();
    await running.createCommit(order, id);
    await running.createCommit(order, id);
    await running.createCommit(order);
    const told = await running.told(order.request_id, 2);
    const change = { ...(await committed(order)) };
    expect(new Set(told.map(({ payload }) => payload['commit']))).toEqual(new Set([change.commit]));
    const landing = landOrder(change);
    const landId = uuidv7();
    await Promise.all([running.land(landing, landId), running.land(landing, landId), running.land(landing)]);
    const all = await running.told(order.request_id, 5);
    expect(all.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 3 }, () => changeMaterialised.key),
      ...Array.from({ length: 2 }, () => changeLanded.key),
    ]);
  });

  it('rejects a change with code and file', async () => {
    const base = await project('refusals');
    const { patch } = source.propose((at) => at.link('out', '../../etc/passwd'));
    const order = createCommitOrder(base, patch, { project_id: 'refusals' });
    await running.createCommit(order);
    expect(await running.told(order.request_id)).toMatchObject([
      {
        type: changeRefused.key,
        payload: { error: { code: 'change_outside', retryable: false }, findings: [{ file: 'out' }] },
      },
    ]);
  });

  // Mission: E3
  it('lands one of four concurrent orders and returns the new head to the others', async () => {
    const base = await project('race');
    const changes: Change[] = [];
    for (const file of ['a', 'b', 'c', 'd']) changes.push(await committed(proposal('race', base, file)));
    await Promise.all(changes.map((change) => running.land(landOrder(change))));
    const outcomes = await Promise.all(
      changes.map(async ({ requestId }) => (await running.told(requestId, 2))[1]),
    );
    const head = await headOf('race');
    const winners = outcomes.filter((told) => told?.type === changeLanded.key);
    expect(winners.map((told) => told?.payload['commit'])).toEqual([head]);
    const losers = outcomes.filter((told) => told?.type === landingRefused.key);
    expect(losers.map((told) => told?.payload)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ head }) as unknown),
    );
  });

  // Mission: E1
  it('lands on evidence about exactly this change only, refuses other evidence by code, and leaves main unchanged', async () => {
    const base = await project('evidence');
    const [change, older] = [
      await committed(proposal('evidence', base, 'a')),
      await committed(proposal('evidence', base, 'b')),
    ];
    for (const { plant } of plantedLandings) await running.land(plant(change, older));
    const [, ...told] = await running.told(change.requestId, 1 + plantedLandings.length);
    expect(told.map(({ type }) => type)).toEqual(plantedLandings.map(() => landingRefused.key));
    const codes = told.map(({ payload }) => (payload['error'] as { code: string }).code);
    // Published in the order in which they were decided, which is not always the order of the requests.
    expect(codes.sort()).toEqual(plantedLandings.map(({ code }) => code).sort());
    expect(await headOf('evidence')).toBe(base);

    await running.land(landOrder(change));
    const landed = (await running.told(change.requestId, 2 + plantedLandings.length)).at(-1);
    expect(landed?.type).toBe(changeLanded.key);
    expect(await headOf('evidence')).toBe(change.commit);
  });

  it('is healthy and counts changes and landings', async () => {
    expect((await fetch(`${running.url}/health/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain('ymera_landings_total{outcome="base_moved"');
    expect(metrics).toContain('ymera_changes_total{outcome="change_outside"');
  });
});

leakGuard();
