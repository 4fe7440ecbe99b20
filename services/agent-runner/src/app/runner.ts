import { join } from 'node:path';
import { AgentHost, GatewayClient } from '@ymera/agent-sdk';
import { changeLimitsOf } from '@ymera/config';
import { FailureException, ok, type Result } from '@ymera/kernel';
import { serveHealth, type ServiceRuntime } from '@ymera/service/process';
import type { RunnerConfig } from '../config';
import { openSandbox } from '../sandbox/probe-sandbox';
import type { Sandbox } from '../sandbox/sandbox';
import { findHostNode } from '../sandbox/host-node';
import { UnconfinedSandbox } from '../sandbox/unconfined-sandbox';
import { RepositoryCache } from '../workspace/repository-cache';
import { Workspaces } from '../workspace/workspaces';
import { CredentialFile } from './credential-file';
import { hostAgents } from './hosted-agents';
import { joinPlatform, registerAgents } from './join';

/** Maximum size of the cached project repositories between two tasks. */
const cacheBytes = 4 * 1024 ** 3;

/** Sandbox first, because nothing is worth doing without it; then the platform; then work. */
export async function startRunner(
  config: RunnerConfig,
  { logger, health, shutdown, stopping }: ServiceRuntime,
): Promise<void> {
  const state = config.YMERA_STATE_DIR;
  const opened = await sandboxFor(config);
  if (!opened.ok) throw new FailureException(opened.error);
  const sandbox = opened.value;
  if (sandbox.name === 'none') process.stderr.write(unconfinedWarning);
  logger.info('sandbox works', { sandbox: sandbox.name });

  const cache = new RepositoryCache({ folder: join(state, 'repositories'), maxBytes: cacheBytes });
  const workspaces = new Workspaces({
    folder: join(state, 'workspaces'),
    owner: sandbox.owner,
    cache,
    limits: changeLimitsOf(config),
  });
  await workspaces.removeLeftovers();

  let host: AgentHost | undefined;
  health.add('session', async () => {
    if (!host?.isOnline) throw new Error('no session with the platform');
  });
  const healthServer = await serveHealth(health, {
    host: config.YMERA_HTTP_HOST,
    port: config.YMERA_HTTP_PORT,
  });
  shutdown.defer('health server', () => healthServer.close());

  const gateway = new GatewayClient(config.YMERA_GATEWAY_URL);
  const joining = {
    gateway,
    file: new CredentialFile(join(state, 'credential.json')),
    principalId: config.YMERA_RUNNER_NAME,
    enrolmentToken: config.YMERA_ENROLMENT_TOKEN?.reveal(),
    logger,
    signal: stopping,
  };
  const { principal_id: principalId, credential, broker } = await joinPlatform(joining);
  const hosted = hostAgents(config, principalId, sandbox, workspaces);
  await registerAgents(
    hosted.map(({ definition }) => definition),
    credential,
    joining,
  );
  const usageOf = new Map(hosted.map(({ definition, sandbox: own }) => [definition.agentId, own]));
  host = new AgentHost({
    principalId,
    credential,
    broker,
    gateway,
    agents: hosted.map(({ definition }) => definition),
    usage: (agentId) => usageOf.get(agentId)?.usage() ?? { cpu_percent: 0, memory_mb: 0 },
    logger,
  });
  shutdown.defer('agents', () => host.stop(config.YMERA_DRAIN_SECONDS * 1000));
  host.start();
}

/** For people who look at the process, and not at its log. */
const unconfinedWarning =
  'agent-runner: YMERA_SANDBOX=none: commands of agents and projects may read, change and reach whatever this user may\n';

function sandboxFor(config: RunnerConfig): Promise<Result<Sandbox>> {
  const scratchFolder = join(config.YMERA_STATE_DIR, 'sandbox');
  const hostNode = findHostNode(config.YMERA_HOST_PATH_DIRS, process.execPath);
  const limits = { workspaceMb: config.YMERA_RUNNER_WORKSPACE_MB };
  if (config.YMERA_SANDBOX === 'none')
    return Promise.resolve(ok(new UnconfinedSandbox({ scratchFolder, hostNode, limits })));
  return openSandbox({
    scratchFolder,
    hostNode,
    limits,
    hidden: [config.YMERA_STATE_DIR, ...config.YMERA_RUNNER_HIDDEN_DIRS],
  });
}
