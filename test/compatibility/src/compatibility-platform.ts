import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, timelineOf } from '@ymera/test-e2e/environment';
import { eventually } from '@ymera/testing';
import { type RunningPlatform, startPlatform } from '../../../deploy/local/platform/client.cjs';
import { agentProgram } from './agent-program';
import type { Combination, Trial } from './combination';
import type { Outcome } from './outcome';
import { pursue } from './pursue';
import { createRepository } from './repository';

export interface CompatibilityPlatformOptions {
  /** Names the folder under `.ymera/instances`. */
  readonly instance: string;
  readonly combinations: readonly Combination[];
  /** Timeout of one attempt of an agent. */
  readonly taskTimeoutS: number;
  /** Maximum concurrent trials. */
  readonly concurrency?: number;
}

const programName = 'agent.mjs';
const onlineMs = 60_000;
/** A command agent counts twice, as CODING and as ENHANCEMENT. */
const agentCount = 4;

/** The whole platform with its own agents, and one command line that is the agent of every trial. */
export class CompatibilityPlatform {
  private readonly repositories = new Map<string, Promise<string>>();

  private constructor(
    private readonly folder: string,
    private readonly platform: RunningPlatform,
    private readonly api: ApiClient,
    private readonly taskTimeoutS: number,
  ) {}

  static async open({
    instance,
    combinations,
    taskTimeoutS,
    concurrency = 2,
  }: CompatibilityPlatformOptions): Promise<CompatibilityPlatform> {
    const folder = mkdtempSync(join(tmpdir(), 'ymera-compatibility-'));
    const assignments = Object.fromEntries(
      combinations.flatMap((combination) =>
        combination.trials.map((trial) => [projectIdOf(combination, trial), trial]),
      ),
    );
    writeFileSync(join(folder, programName), agentProgram(assignments));
    const platform = await startPlatform({
      instance,
      prebuilt: true,
      runner: {
        agents: ['testing', 'examination', 'command'],
        command: `node ${programName}`,
        commandFolder: folder,
      },
      env: {
        YMERA_TASK_TIMEOUT_SECONDS: String(taskTimeoutS),
        YMERA_TASK_LEASE_SECONDS: '30',
        YMERA_TASK_OFFER_SECONDS: '30',
        YMERA_TASK_QUEUE_SECONDS: '3600',
        YMERA_RUNNER_CONCURRENCY: String(concurrency),
      },
    });
    const api = new ApiClient(platform);
    await eventually(() => untilOnline(api), { timeoutMs: onlineMs, intervalMs: 100 });
    return new CompatibilityPlatform(folder, platform, api, taskTimeoutS);
  }

  /** Creates the project, once for all of its trials, and runs this trial to its end. */
  async run(combination: Combination, trial: Trial): Promise<Outcome> {
    return pursue(this.api, {
      projectId: projectIdOf(combination, trial),
      source: await this.sourceOf(combination),
      givenCommand: combination.givenCommand,
      trial,
      timeoutMs: 10 * this.taskTimeoutS * 1000,
      timelineOf: (requestId) => timelineOf(this.platform, requestId),
    });
  }

  async close(): Promise<void> {
    this.api.close();
    await this.platform.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private sourceOf(combination: Combination): Promise<string> {
    const known = this.repositories.get(combination.id);
    if (known !== undefined) return known;
    const folder = join(this.folder, combination.id);
    mkdirSync(folder);
    const source = createRepository(combination, folder);
    this.repositories.set(combination.id, source);
    return source;
  }
}

const projectIdOf = (combination: Combination, trial: Trial): string =>
  `${combination.id}.${trial.name}`.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 60);

async function untilOnline(api: ApiClient): Promise<void> {
  const { body } = await api.once({ as: 'viewer', method: 'GET', path: '/api/v1/overview' });
  const online = Number(body['by_liveness']?.online ?? 0);
  if (online < agentCount) throw new Error(`${online} of ${agentCount} agents are online`);
}
