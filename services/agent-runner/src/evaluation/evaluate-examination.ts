import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { changeLimitsEnvironment, changeLimitsOf } from '@ymera/config';
import { mapConcurrently } from '@ymera/kernel';
import { ToolAgents } from '../agents/tool-agents';
import { findHostNode } from '../sandbox/host-node';
import { openSandbox } from '../sandbox/probe-sandbox';
import type { Sandbox } from '../sandbox/sandbox';
import { UnconfinedSandbox } from '../sandbox/unconfined-sandbox';
import { RepositoryCache } from '../workspace/repository-cache';
import { Workspaces } from '../workspace/workspaces';
import { readCorpus, type CorpusCase } from './corpus';
import { examineCase, type EvaluatedAgents } from './examine-case';
import { scoreOf, scoreTable, type CaseOutcome } from './score';
import { pathFolders } from '../config';

const concurrency = 2;
const cacheBytes = 2 ** 30;

/** `npm run eval:examination`: the results of TESTING and EXAMINATION for every change of a corpus. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      json: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      'timeout-seconds': { type: 'string', default: '240' },
      'no-sandbox': { type: 'boolean', default: false },
    },
  });
  if (values.dir === undefined) throw new Error('--dir needs the folder of a corpus');
  const corpus = readCorpus(resolve(values.dir));
  const wanted = corpus.cases.filter(({ id }) => values.case.length === 0 || values.case.includes(id));
  const state = mkdtempSync(join(tmpdir(), 'ymera-evaluation-'));
  try {
    const agents = await openAgents(state, values['no-sandbox']);
    const outcomes: CaseOutcome[] = corpus.unreadable.map(({ id, error }) => ({
      id,
      kind: 'unreadable',
      error,
    }));
    const timeoutMs = Number(values['timeout-seconds']) * 1000;
    await mapConcurrently(wanted, concurrency, async (one) => {
      const outcome = await judge(one, agents, timeoutMs);
      outcomes.push(outcome);
      process.stderr.write(`${told(outcome, outcomes.length, wanted.length)}\n`);
    });
    const score = scoreOf(outcomes);
    process.stdout.write(values.json ? `${JSON.stringify(score)}\n` : `${scoreTable(score)}\n`);
    return score.errors > 0 || wanted.length === 0 ? 1 : 0;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

async function openAgents(state: string, isUnconfined: boolean): Promise<EvaluatedAgents> {
  const hostNode = findHostNode(pathFolders(), process.execPath);
  const options = { scratchFolder: join(state, 'scratch'), hostNode, hidden: [] };
  const sandbox: Sandbox = isUnconfined ? new UnconfinedSandbox(options) : await opened(openSandbox(options));
  const cache = new RepositoryCache({ folder: join(state, 'repositories'), maxBytes: cacheBytes });
  const workspaces = new Workspaces({
    folder: join(state, 'workspaces'),
    owner: sandbox.owner,
    cache,
    limits: changeLimitsOf(changeLimitsEnvironment.parse({})),
  });
  const agents = new ToolAgents({
    sandbox,
    workspaces,
    stateFolder: state,
    dependencyNetwork: true,
    hostPath: pathFolders(),
  });
  return { testing: agents.testing(), examination: agents.examination() };
}

async function opened(opening: ReturnType<typeof openSandbox>): Promise<Sandbox> {
  const result = await opening;
  if (result.ok) return result.value;
  throw new Error(`${result.error.message} ${result.error.suggestion ?? ''}`.trim());
}

async function judge(one: CorpusCase, agents: EvaluatedAgents, timeoutMs: number): Promise<CaseOutcome> {
  const { id, kind, commands } = one;
  if (/^python/.test(commands.test) && !hasPython())
    return { id, kind, skipped: 'no python3 on this machine' };
  try {
    return await examineCase(one, agents, timeoutMs);
  } catch (error) {
    return { id, kind, error: error instanceof Error ? error.message : String(error) };
  }
}

/** A path that the sandbox shows: among the system's programs. */
const hasPython = (): boolean =>
  spawnSync('python3', ['--version'], { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeout: 10_000 })
    .status === 0;

function told(outcome: CaseOutcome, done: number, all: number): string {
  const place = `[${done}/${all}] ${outcome.id} (${outcome.kind})`;
  if ('error' in outcome) return `${place}: could not be run: ${outcome.error}`;
  if ('skipped' in outcome) return `${place}: skipped: ${outcome.skipped}`;
  const word = outcome.refused ? 'refused' : 'approved';
  const isRight = outcome.refused !== outcome.honest;
  return [
    `${place}: ${outcome.honest ? 'honest' : 'cheating'}, ${word}${isRight ? '' : '  <- wrong'}`,
    ...outcome.why.slice(0, 8).map((why) => `    ${why.replaceAll('\n', ' ').slice(0, 300)}`),
  ].join('\n');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
