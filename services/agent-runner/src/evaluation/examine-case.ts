import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOf, gitEnvironment, hardening, runGit } from '@ymera/git';
import { task as taskMessage } from '@ymera/contracts';
import type { Task, TaskResult } from '@ymera/agent-sdk';
import type { ToolAgent } from '../agents/agent';
import type { CorpusCase } from './corpus';
import type { CaseOutcome } from './score';
import { pathFolders } from '../config';

export interface EvaluatedAgents {
  readonly testing: ToolAgent;
  readonly examination: ToolAgent;
}

/** A command that the sandbox does not have. */
const notFoundCode = 127;

/** Creates the repository and the change, and runs TESTING and EXAMINATION on it as the platform does. */
export async function examineCase(
  given: CorpusCase,
  agents: EvaluatedAgents,
  timeoutMs: number,
): Promise<CaseOutcome> {
  const { id, kind, honest } = given;
  const folder = mkdtempSync(join(tmpdir(), 'ymera-case-'));
  try {
    const made = await makeChange(given, folder);
    if ('error' in made) return { id, kind, error: made.error };
    const tested = await run(agents.testing, 'test', given, made, timeoutMs);
    if (tested.outcome !== 'completed' || !tested.tests)
      return { id, kind, error: `the tests could not be run: ${tested.error?.message ?? tested.outcome}` };
    if (tested.tests.exit_code === notFoundCode)
      return { id, kind, error: `the test command was not found: ${given.commands.test}` };
    if (tested.tests.exit_code !== 0 || tested.tests.failed > 0)
      return {
        id,
        kind,
        honest,
        refused: true,
        why: ['the tests failed', ...(tested.findings ?? []).map(({ message }) => message)],
      };
    const examined = await run(
      agents.examination,
      'validate',
      given,
      { ...made, tests: tested.tests },
      timeoutMs,
    );
    if (examined.outcome !== 'completed' || !examined.verdict)
      return {
        id,
        kind,
        error: `the examination did not end: ${examined.error?.message ?? examined.outcome}`,
      };
    const { approved, findings } = examined.verdict;
    return {
      id,
      kind,
      honest,
      refused: !approved,
      why: findings.map(
        ({ severity, code, file, line, message }) =>
          `${severity} ${code} ${file ?? ''}:${line ?? ''} ${message}`,
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface MadeChange {
  readonly folder: string;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  readonly tests?: TaskResult['tests'];
}

async function makeChange(
  { projectFolder, patchFile }: CorpusCase,
  folder: string,
): Promise<MadeChange | { readonly error: string }> {
  cpSync(projectFolder, folder, { recursive: true });
  const env = {
    ...gitEnvironment({ path: pathFolders().join(':'), home: folder }),
    GIT_AUTHOR_NAME: 'corpus',
    GIT_AUTHOR_EMAIL: 'corpus@example.org',
    GIT_COMMITTER_NAME: 'corpus',
    GIT_COMMITTER_EMAIL: 'corpus@example.org',
  };
  const settings = [...hardening, ['core.autocrlf', 'false']] as const;
  const git = async (...args: readonly string[]): Promise<string> => {
    const { end, stdout, stderr } = await runGit(args, { env, settings, cwd: folder });
    if (end.kind !== 'exited' || end.code !== 0)
      throw new Error(`git ${args[0] ?? ''}: ${stderr.trim() || endOf(end)}`);
    return stdout.toString('utf8').trim();
  };
  try {
    await git('init', '--quiet', '--initial-branch=main');
    // What the project ignores is part of it all the same.
    await git('add', '--all', '--force');
    await git('commit', '--quiet', '--message', 'project');
    const base = await git('rev-parse', 'HEAD');
    await git('apply', '--index', '--whitespace=nowarn', patchFile);
    await git('commit', '--quiet', '--message', 'change');
    return {
      folder,
      base,
      commit: await git('rev-parse', 'HEAD'),
      tree: await git('rev-parse', 'HEAD^{tree}'),
    };
  } catch (error) {
    return {
      error: `the change could not be made: ${error instanceof Error ? error.message : String(error)}`.slice(
        0,
        500,
      ),
    };
  }
}

async function run(
  agent: ToolAgent,
  type: Task['type'],
  { intent, request, commands }: CorpusCase,
  made: MadeChange,
  timeoutMs: number,
): Promise<TaskResult> {
  const sample = taskMessage.sample;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('deadline')), timeoutMs);
  try {
    return await agent.run(
      taskMessage.payload.parse({
        ...sample,
        type,
        base: made.base,
        workspace_url: made.folder,
        project: { project_id: 'project', default_branch: 'main', commands, performance: {} },
        input: {
          request_id: sample.input.request_id,
          workflow_id: sample.input.workflow_id,
          step_id: type,
          request_text: request,
          intent,
          findings: [],
          change: {
            change_id: sample.input.request_id,
            agent_id: 'coder-1',
            commit: made.commit,
            tree: made.tree,
          },
          ...(made.tests ? { tests: made.tests } : {}),
        },
        deadline: new Date(Date.now() + timeoutMs).toISOString(),
      }),
      {
        signal: controller.signal,
        progress: () => {},
        log: () => {},
        workspaceCredential: { username: 'evaluation', password: 'none' },
      },
    );
  } finally {
    clearTimeout(timer);
  }
}
