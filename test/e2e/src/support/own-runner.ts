import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@ymera/testing';
import { repositoryRoot } from './commands';
import { call, type RunningPlatform } from './platform';
import type { Repositories } from './repositories';

/** The stored state of an enrolment. */
interface KeptCredential {
  readonly principal_id: string;
  readonly credential: string;
  readonly broker: { readonly url: string; readonly vhost: string; readonly queue: string };
}

interface Enrolled {
  readonly tokenFile: string;
  readonly folder: string;
}

/** A process of the test that hosts agents, beside the platform's runner: stopped and killed by its id. */
export class OwnRunner {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly agentIds: readonly string[],
  ) {}

  /** The agent-runner: `sh ./change.sh` in the working copy, as CODING and as ENHANCEMENT. */
  static async start(
    platform: RunningPlatform,
    repositories: Repositories,
    name: string,
  ): Promise<OwnRunner> {
    const { tokenFile, folder } = await enrol(platform, repositories, name);
    const child = start('services/agent-runner/dist/main.js', [], {
      ...process.env,
      YMERA_GATEWAY_URL: platform.urls['gateway'],
      YMERA_ENROLMENT_TOKEN_FILE: tokenFile,
      YMERA_STATE_DIR: folder,
      YMERA_RUNNER_NAME: name,
      YMERA_RUNNER_AGENTS: 'command',
      YMERA_RUNNER_COMMAND: 'sh ./change.sh',
      YMERA_HOST_PATH_DIRS: join(process.execPath, '..'),
      YMERA_HTTP_PORT: '0',
      YMERA_LOG_LEVEL: 'error',
    });
    return online(platform, new OwnRunner(child, folder, [`${name}-coding`, `${name}-enhancement`]));
  }

  /** One CODING agent that ignores cancels; see unresponsive-agent.ts. */
  static async unresponsive(
    platform: RunningPlatform,
    repositories: Repositories,
    name: string,
  ): Promise<OwnRunner> {
    const { tokenFile, folder } = await enrol(platform, repositories, name);
    const args = [platform.urls['gateway'] ?? '', name, tokenFile, folder];
    const child = start('test/e2e/dist/support/unresponsive-agent.js', args, process.env);
    return online(platform, new OwnRunner(child, folder, [`${name}-coding`]));
  }

  get coding(): string {
    return this.agentIds[0] ?? '';
  }

  get kept(): KeptCredential {
    return JSON.parse(readFileSync(join(this.folder, 'credential.json'), 'utf8')) as KeptCredential;
  }

  /** Stops the process with SIGSTOP; its connections stay open. */
  pause(): void {
    this.process.kill('SIGSTOP');
  }

  goOn(): void {
    this.process.kill('SIGCONT');
  }

  end(): void {
    this.process.kill('SIGKILL');
  }
}

const start = (script: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, [join(repositoryRoot, script), ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });

async function enrol(platform: RunningPlatform, repositories: Repositories, name: string): Promise<Enrolled> {
  const { body } = await call(platform, 'admin', 'POST', '/api/v1/enrolments', { kind: 'principal' });
  const tokenFile = repositories.path(`${name}-token`);
  writeFileSync(tokenFile, String(body['enrolment_token']), { mode: 0o600 });
  const folder = repositories.path(name);
  mkdirSync(folder, { mode: 0o700 });
  return { tokenFile, folder };
}

async function online(platform: RunningPlatform, runner: OwnRunner): Promise<OwnRunner> {
  for (const agentId of runner.agentIds)
    await eventually(
      async () => {
        const status = await call(platform, 'viewer', 'GET', `/api/v1/agents/${agentId}/status`);
        expect(status.body['liveness']).toBe('online');
      },
      { timeoutMs: 20_000 },
    );
  return runner;
}
