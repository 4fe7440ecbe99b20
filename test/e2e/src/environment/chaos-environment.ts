import { join } from 'node:path';
import { eventually } from '@ymera/testing';
import {
  type PlatformOptions,
  type RunningPlatform,
  startPlatform,
} from '../../../../deploy/local/platform/client.cjs';
import { AcceptedRecord, type HistoryVerdict, type Places, settledHistory } from '../history-check';
import { ApiClient } from './api-client';
import { Load } from './load';
import { databaseOf } from './database';
import { changeCommand, Projects } from './projects';
import { QuickAgents } from './quick-agents';
import { describeUnended } from './unended';

export interface ChaosEnvironmentOptions extends Omit<PlatformOptions, 'runner' | 'durable'> {
  readonly projects: number;
  /** Whether the platform's own agents' host runs as well. Default: true. */
  readonly hasRunner?: boolean;
}

/** Short timings, so that a fault costs seconds. */
const quick = {
  YMERA_TASK_LEASE_SECONDS: '3',
  YMERA_TASK_OFFER_SECONDS: '3',
  YMERA_AGENT_SILENCE_SECONDS: '3',
  YMERA_TASK_TIMEOUT_SECONDS: '60',
  YMERA_INTEGRATION_ANSWER_SECONDS: '5',
  YMERA_RECONCILE_SECONDS: '1',
  YMERA_RETRY_MAXIMUM_SECONDS: '2',
  YMERA_REPORT_INTERVAL_SECONDS: '5',
  YMERA_RUNNER_CONCURRENCY: '2',
  YMERA_LOG_LEVEL: 'info',
};

/** A whole platform whose acknowledged data survive a kill, two hosts of agents, projects, a load and its record. */
export class ChaosEnvironment {
  readonly record = new AcceptedRecord();
  readonly load: Load;

  private constructor(
    readonly platform: RunningPlatform,
    readonly api: ApiClient,
    readonly projectIds: readonly string[],
    private readonly projects: Projects,
    private readonly agents: QuickAgents,
  ) {
    this.load = new Load(api, this.record, (requestIds) => describeUnended(platform, requestIds));
    agents.witness(this.record);
  }

  static async open({
    projects: count,
    hasRunner = true,
    ...options
  }: ChaosEnvironmentOptions): Promise<ChaosEnvironment> {
    const platform = await startPlatform({
      ...options,
      env: { ...quick, ...options.env },
      durable: true,
      // Examinations take a second of a core each; the quick agents do them all.
      runner: hasRunner && { agents: ['testing', 'command'], command: changeCommand },
    });
    const projects = new Projects();
    try {
      const api = new ApiClient(platform);
      const agents = await QuickAgents.join(api, platform.urls['gateway'] ?? '');
      const ids = Array.from({ length: count }, (_, index) => `field-${index + 1}`);
      for (const id of ids) await api.registerProject(id, projects.create(id));
      await eventually(async () => untilAgents(api, hasRunner ? 6 : 3), {
        timeoutMs: 30_000,
        intervalMs: 100,
      });
      return new ChaosEnvironment(platform, api, ids, projects, agents);
    } catch (error) {
      await platform.stop();
      projects.remove();
      throw error;
    }
  }

  get places(): Places {
    const { urls, data } = this.platform;
    return {
      postgresUrl: databaseOf(urls['postgres']),
      rabbitmqUrl: urls['rabbitmq'] ?? '',
      repositories: join(data, 'integration', 'projects'),
    };
  }

  /** Stops new load and compares the promises with the effects. */
  async settle(): Promise<HistoryVerdict> {
    this.agents.stopReporting();
    return settledHistory(this.record, this.places);
  }

  async close(): Promise<void> {
    await this.load.stop();
    await this.agents.leave();
    await this.platform.stop();
    this.projects.remove();
  }
}

async function untilAgents(api: ApiClient, count: number): Promise<void> {
  const { body } = await api.once({ as: 'viewer', method: 'GET', path: '/api/v1/overview' });
  const online = Number(body['by_liveness']?.online ?? 0);
  if (online < count) throw new Error(`${online} of ${count} agents are online`);
}
