import { join } from 'node:path';
import { recordedBy } from '@ymera/contracts';
import { asAdmin, eventually } from '@ymera/testing';
import { type Ended, repositoryRoot, runNode } from './support/commands';
import { call, demo, type RunningPlatform, startTestPlatform } from './support/platform';
import { Repositories, workingProject } from './support/repositories';

const better = "echo '// better' >> src/sum.mjs\n";

/** The operations of this file, by the names that `recordedBy` knows. */
const done = [
  'createEnrolment',
  'enrolPrincipal',
  'registerAgent',
  'retireAgent',
  'registerProject',
  'submitRequest',
  'cancelRequest',
  'decideApproval',
  'pauseDispatch',
  'resumeDispatch',
  'pauseLanding',
  'resumeLanding',
  'orchestrator.start_workflow.v1',
  'orchestrator.resolve_gate.v1',
  'integration.materialise_change.v1',
  'integration.land_change.v1',
] as const;

// Mission: F3
describe('ymera audit verify', () => {
  const repositories = new Repositories();
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-audit',
      runner: { agents: ['testing', 'examination', 'command'], command: 'sh ./change.sh' },
    });
  }, 120_000);
  afterAll(async () => {
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  const verify = (...args: string[]): Promise<Ended> =>
    runNode(
      [join(repositoryRoot, 'services/cli/dist/main.js'), 'audit', 'verify', '--json', ...args],
      {
        ...process.env,
        YMERA_URL: platform.urls['gateway'],
        YMERA_TOKEN_FILE: platform.tokenFiles['admin'],
      },
      60_000,
    );
  /** As the owner of the database, past triggers and privileges. */
  const tamper = (...statements: string[]): Promise<void> =>
    asAdmin(
      async (query) => {
        await query('SET session_replication_role = replica');
        await query('SET search_path = audit');
        for (const statement of statements) await query(statement);
      },
      { adminUrl: platform.urls['postgres'] ?? '', database: 'ymera' },
    );

  const types = async (): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (let from: number | null = 0; from !== null;) {
      const { body } = await call(platform, 'admin', 'GET', `/api/v1/audit?from_index=${from}&limit=200`);
      for (const { type } of body['items'] as { type: string }[]) found.add(type);
      from = body['next_index'] as number | null;
    }
    return found;
  };

  const post = async (
    as: 'admin' | 'requester',
    path: string,
    body: unknown,
  ): Promise<Record<string, any>> => {
    const answer = await call(platform, as, 'POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  it('finds every critical operation of the journey in a valid log', async () => {
    const ended = await demo(platform, [
      '--repo',
      repositories.create('audited', workingProject, better),
      '--request',
      'Fix the wrong sum',
    ]);
    expect([ended.code, ended.json()['error']]).toEqual([0, undefined]);

    const { body: projects } = await call(platform, 'viewer', 'GET', '/api/v1/projects');
    const project = projects['items'][0].project_id as string;
    const unclear = await post('requester', '/api/v1/requests', { project_id: project, text: 'Do it' });
    await post('requester', `/api/v1/requests/${unclear['request_id']}/cancel`, { reason: 'Not needed.' });
    for (const pauses of ['dispatch/pause', 'dispatch/resume', 'landing/pause', 'landing/resume'])
      await post('admin', `/api/v1/${pauses}`, { reason: 'A test of the audit log.' });
    const { body: agents } = await call(platform, 'viewer', 'GET', '/api/v1/agents?agent_type=TESTING');
    await post('admin', `/api/v1/agents/${agents['items'][0].agent_id}/retire`, { reason: 'Done.' });

    await eventually(
      async () => {
        const kept = await types();
        for (const operation of done) {
          const recorded = recordedBy[operation]?.map(({ key }) => key) ?? [];
          expect([operation, recorded.some((key) => kept.has(key))]).toEqual([operation, true]);
        }
      },
      { timeoutMs: 20_000 },
    );

    const verified = await verify();
    expect([verified.code, verified.json()]).toEqual([
      0,
      expect.objectContaining({
        valid: true,
        size: expect.any(Number),
        root: expect.any(String),
        reasons: [],
      }),
    ]);
    expect(verified.json()['size']).toBeGreaterThan(30);
  }, 120_000);

  it('names changed and deleted entries, and accepts the log again after they are restored', async () => {
    const size = (await verify()).json()['size'] as number;
    await tamper(
      'CREATE TABLE kept AS SELECT * FROM entries WHERE index = 7',
      `UPDATE entries SET data = overlay(data placing '#' from 5) WHERE index = 7`,
    );
    const changed = await verify();
    expect(changed.code).toBe(1);
    expect(changed.json()).toMatchObject({ valid: false, first_wrong_index: 7 });
    expect(changed.json()['reasons'][0]).toMatch(/^data_changed: The data of entry 7/);

    await tamper('DELETE FROM entries WHERE index = 7');
    const deleted = await verify();
    expect([deleted.code, deleted.json()['reasons'][0]]).toEqual([
      1,
      expect.stringMatching(/^entry_missing: Entry 7/),
    ]);

    await tamper('INSERT INTO entries SELECT * FROM kept', 'DROP TABLE kept');
    const restored = await verify();
    expect([restored.code, restored.json()['reasons']]).toEqual([0, []]);
    expect(restored.json()['size']).toBeGreaterThanOrEqual(size);
  }, 60_000);

  it('detects a rolled back log whose rest is signed, and the service does not continue it', async () => {
    const { size } = (await verify()).json();
    const [note] = await asAdmin(
      (query) =>
        query<{ size: string }>('SELECT size FROM audit.checkpoints WHERE size > 0 ORDER BY size LIMIT 1'),
      { adminUrl: platform.urls['postgres'] ?? '', database: 'ymera' },
    );
    const back = Number(note?.size);
    expect(back).toBeLessThan(size);
    await tamper(
      `DELETE FROM entries WHERE index >= ${back}`,
      `DELETE FROM tree_nodes WHERE (index + 1) * 2 ^ level > ${back}`,
      `DELETE FROM checkpoints WHERE size > ${back}`,
    );
    const rolledBack = await verify();
    expect(rolledBack.code).toBe(1);
    expect(rolledBack.json()['reasons'].join()).toContain('rolled_back');
    await eventually(async () => {
      const ready = await fetch(`${platform.urls['audit']}/health/ready`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.anything()]);
    });
  }, 60_000);
});
