import {
  getChange,
  getChangeRoute,
  getProject,
  getProjectRoute,
  getRequest,
  getRequestRoute,
  getWorkflow,
  getWorkflowRoute,
  type ProjectResource,
  revertChangeRoute,
  syncProjectRoute,
  updateProjectRoute,
} from '@ymera/contracts';
import { TypedCommands } from '../testing/typed-commands';

const sample: ProjectResource = getProject.reply.parse(getProject.replySample);
const project: ProjectResource = {
  ...sample,
  upstream: {
    source: '/srv/app.git',
    state: 'in_step',
    checked_at: '2026-01-01T00:00:00.000Z',
    ahead: 0,
    behind: 0,
    push: 'branch',
    require_fresh: true,
  },
};
const change = getChange.reply.parse(getChange.replySample);
const request = getRequest.reply.parse(getRequest.replySample);
const workflow = getWorkflow.reply.parse(getWorkflow.replySample);

describe('projects and changes on the command line', () => {
  let commands: TypedCommands;
  beforeEach(async () => {
    commands = await TypedCommands.start();
  });
  afterEach(() => commands.stop());

  it('shows a project with its commands and its upstream', async () => {
    commands.gateway.answer(getProjectRoute, project);
    await commands.connected('projects', 'show', 'sample');
    expect(commands.written).toMatch(/^test +node --test$/m);
    expect(commands.written).toMatch(/^upstream +\/srv\/app\.git$/m);
    expect(commands.written).toMatch(/^state +in step, asked 2026-01-01/m);
    expect(commands.written).toMatch(/^push +branch$/m);
  });

  it('sends only changed fields; null detects a command again', async () => {
    commands.gateway.answer(updateProjectRoute, project);
    await commands.connected('projects', 'update', 'sample', '--test', 'make check', '--bench', 'detect');
    await commands.connected('projects', 'update', 'sample', '--push', 'branch', '--require-fresh', 'on');
    await commands.connected('projects', 'update', 'sample', '--min-speedup', '2', '--name', 'Sample');
    expect(commands.gateway.asked.map(({ body }) => body)).toEqual([
      { commands: { test: 'make check', bench: null } },
      { push: 'branch', require_fresh: true },
      { performance: { min_speedup: 2 }, name: 'Sample' },
    ]);
  });

  it.each([
    ['in_step', undefined],
    ['ahead', undefined],
    ['diverged', 1],
    ['unreachable', 1],
  ] as const)(
    'syncs a project, and exits with 0 only when it equals its upstream: %s',
    async (state, code) => {
      const error = {
        code: 'upstream_unreachable',
        message: 'It is away.',
        retryable: true,
        suggestion: 'Wait.',
      };
      commands.gateway.answer(syncProjectRoute, {
        ...project,
        upstream: { ...project.upstream, state, ...(state === 'unreachable' ? { error } : {}) },
      });
      await commands.connected('projects', 'sync', 'sample');
      expect(process.exitCode).toBe(code);
      if (state === 'unreachable')
        expect(commands.written).toMatch(/upstream_unreachable: It is away\.\n +Wait\./);
    },
  );

  it('reverts a change with a reason, prints notes, and how to watch it', async () => {
    commands.gateway.answer(revertChangeRoute, { ...request, notes: ['The upstream is away.'] });
    await commands.connected('changes', 'revert', change.change_id, '--reason', 'It is slower.');
    expect(commands.gateway.asked).toMatchObject([
      { operation: 'revertChange', body: { reason: 'It is slower.' } },
    ]);
    expect(commands.written).toContain('Note  The upstream is away.');
    expect(commands.written).toContain(`requests watch ${request.request_id}`);
  });

  it('prints a change with its diff, and the change that it reverts', async () => {
    commands.gateway.answer(getChangeRoute, { ...change, reverts: change.workflow_id });
    await commands.connected('changes', 'show', change.change_id);
    expect(commands.written).toContain(`reverts ${change.workflow_id}`);
    expect(commands.written).toContain(change.diff);
  });

  it('prints how to revert a landed request', async () => {
    const { change_id, commit, tree, agent_id } = change;
    commands.gateway.answer(getRequestRoute, { ...request, state: 'completed' }).answer(getWorkflowRoute, {
      ...workflow,
      result: {
        ...workflow.result,
        change: { change_id, commit, tree, agent_id },
        landed: { commit, tree, branch: 'main' },
      },
    });
    await commands.connected('requests', 'show', request.request_id);
    expect(commands.written).toContain(`npm run ymera -- changes revert ${change_id}`);
  });
});
