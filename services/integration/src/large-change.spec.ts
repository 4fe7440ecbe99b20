import {
  changeLanded,
  changeMaterialised,
  changeRefused,
  getProject,
  registerProject,
} from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import { randomBytes } from 'node:crypto';
import type { Change } from './domain/change';
import { sampleSource, type SourceRepository } from './testing/git-fixture';
import { admin, landOrder, createCommitOrder } from './testing/integration-environment';
import { credential, principals, RunningIntegration } from './testing/running-integration';

jest.setTimeout(60_000);

const login = `Basic ${Buffer.from(`${principals.active}:${credential}`).toString('base64')}`;

describe('a change that is too large for a message (real PostgreSQL, RabbitMQ, HTTP and git)', () => {
  let running: RunningIntegration;
  let source: SourceRepository;
  let base: string;

  beforeAll(async () => {
    source = sampleSource();
    running = await RunningIntegration.start();
    const made = await running.ask(registerProject, {
      project_id: 'large',
      source: source.path,
      actor: admin,
    });
    if (!made.ok) throw new Error(made.error.code);
    base = made.value.head;
  }, 30_000);
  afterAll(async () => {
    await running.stop();
    source.remove();
  });

  const put = (patch: string) =>
    fetch(`${running.url}/artefacts/sha256/${sha256Hex(patch)}`, {
      method: 'PUT',
      headers: { authorization: login, 'content-type': 'application/octet-stream' },
      body: patch,
    });
  const orderOf = (patch: string) =>
    createCommitOrder(base, '', {
      project_id: 'large',
      change: { base, digest: `sha256:${sha256Hex(patch)}`, size_bytes: Buffer.byteLength(patch) },
    });

  it('lands from an artefact that the agent uploaded, with findings for the approver', async () => {
    const { patch, tree } = source.propose((at) => at.write('data/large.dat', randomBytes(10 * 1024 * 1024)));
    expect(Buffer.byteLength(patch)).toBeGreaterThan(10 * 1024 * 1024);
    expect((await put(patch)).status).toBe(201);
    const order = orderOf(patch);
    await running.createCommit(order);
    const [told] = await running.told(order.request_id);
    expect(told).toMatchObject({
      type: changeMaterialised.key,
      payload: { tree, files: 1, findings: [{ code: 'large_binary', file: 'data/large.dat' }] },
    });
    const { change_id: changeId, commit } = told?.payload as { change_id: string; commit: string };
    const change = {
      changeId,
      commit,
      tree,
      base,
      projectId: 'large',
      workflowId: order.workflow_id,
      requestId: order.request_id,
      agentId: order.agent_id,
    } as Change;
    await running.land(landOrder(change));
    expect((await running.told(order.request_id, 2))[1]?.type).toBe(changeLanded.key);
    expect(await running.ask(getProject, { project_id: 'large' })).toMatchObject({ value: { head: commit } });
  });

  it('is rejected with artefact_not_found when the artefact was not uploaded', async () => {
    const order = orderOf('diff --git a/x b/x\n');
    await running.createCommit(order);
    expect(await running.told(order.request_id)).toMatchObject([
      {
        type: changeRefused.key,
        payload: {
          error: { code: 'artefact_not_found', suggestion: expect.stringContaining('/artefacts/') },
        },
      },
    ]);
  });

  it('accepts an inline patch in an order of version 1', async () => {
    const { patch, tree } = source.propose((at) => at.write('old.txt', 'x\n'));
    const order = createCommitOrder(base, patch, { project_id: 'large' });
    await running.createSameCommit({ ...order, change: { base, patch } });
    expect(await running.told(order.request_id)).toMatchObject([
      { type: changeMaterialised.key, payload: { tree } },
    ]);
  });
});

leakGuard();
