import { ApiClient, Projects } from '@ymera/test-e2e/environment';
import { eventually } from '@ymera/testing';
import { startPlatform } from '../../../deploy/local/platform/client.cjs';
import { type FuzzOptions, type FuzzResult, runFuzz } from './run-fuzz';

export interface FuzzedPlatformOptions extends FuzzOptions {
  readonly instance: string;
  /** Receives the progress of the start. */
  readonly onProgress?: (text: string) => void;
}

const project = 'fuzzed';

/** One object of each kind to query. The agents that a plan needs are registered but not running: planned work waits. */
async function prepare(client: ApiClient, repository: string): Promise<void> {
  const post = async (as: 'admin' | 'requester', path: string, body: unknown): Promise<void> => {
    const answer = await client.insist({ as, method: 'POST', path, body });
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  for (const agent_type of ['EXAMINATION', 'CODING', 'TESTING', 'ENHANCEMENT'])
    await post('admin', '/api/v1/agents/register', {
      agent_id: `fuzz-${agent_type}`,
      agent_type,
      capabilities: ['fuzz'],
      config: {},
    });
  await client.registerProject(project, repository);
  await post('requester', '/api/v1/requests', { project_id: project, text: 'Fix the wrong sum' });
  await eventually(async () => {
    const { body } = await client.once({ as: 'viewer', method: 'GET', path: '/api/v1/approvals' });
    if (body['items']?.length === 0) throw new Error('the plan waits for no approval yet');
  });
}

/** A separate platform without rate limits, removed afterwards. */
export async function fuzzPlatform({
  instance,
  onProgress,
  ...options
}: FuzzedPlatformOptions): Promise<FuzzResult> {
  const projects = new Projects();
  const platform = await startPlatform({
    instance,
    prebuilt: true,
    runner: false,
    env: { YMERA_RATE_LIMIT_PER_SECOND: '0' },
    ...(onProgress ? { onProgress } : {}),
  });
  try {
    const repository = projects.create(project);
    await prepare(new ApiClient(platform), repository);
    const url = platform.urls['gateway'] ?? '';
    return await runFuzz({ url, tokens: platform.tokens, repository }, options);
  } finally {
    await platform.stop();
    projects.remove();
  }
}
