import { homedir } from 'node:os';
import type { AgentDefinition } from '@ymera/agent-sdk';
import { ConfigError } from '@ymera/config';
import type { ToolAgent } from '../agents/agent';
import { ToolAgents } from '../agents/tool-agents';
import { hostEnvironment, passedVariables, type HostedAgent, type RunnerConfig } from '../config';
import type { Sandbox } from '../sandbox/sandbox';
import { readMachineRegistries } from '../workspace/dependencies/registry/machine-registries';
import type { Workspaces } from '../workspace/workspaces';
import { MeasuredSandbox } from './measured-sandbox';

/** An agent of this runner, and the sandbox that measures its commands. */
export interface Hosted {
  readonly definition: AgentDefinition;
  readonly sandbox: MeasuredSandbox;
}

const capabilitiesOf: Readonly<Record<HostedAgent, readonly string[]>> = {
  enhancement: ['javascript', 'typescript', 'performance'],
  testing: ['any-command'],
  examination: ['javascript', 'typescript', 'static-analysis', 'before-after'],
  command: ['any-command'],
};

/** The agents that the configuration names, each with a measured sandbox of its own. */
export function hostAgents(
  config: RunnerConfig,
  principalId: string,
  sandbox: Sandbox,
  workspaces: Workspaces,
): Hosted[] {
  const registries = readMachineRegistries(homedir(), hostEnvironment(), config.YMERA_RUNNER_REGISTRIES);
  return config.YMERA_RUNNER_AGENTS.flatMap((kind) => {
    const measured = new MeasuredSandbox(sandbox);
    const tools = new ToolAgents({
      sandbox: measured,
      workspaces,
      stateFolder: config.YMERA_STATE_DIR,
      dependencyNetwork: config.YMERA_RUNNER_DEPENDENCY_NETWORK,
      hostPath: config.YMERA_HOST_PATH_DIRS,
      registries,
    });
    return agentsOf(kind, tools, config).map((agent) => ({
      sandbox: measured,
      definition: {
        agentId: `${principalId}-${agent.agentType.toLowerCase()}`,
        agentType: agent.agentType,
        capabilities: capabilitiesOf[kind],
        taskTypes: agent.taskTypes,
        concurrency: config.YMERA_RUNNER_CONCURRENCY,
        handle: (task, context) => agent.run(task, context),
      },
    }));
  });
}

/** One command line serves as CODING and as ENHANCEMENT. */
function agentsOf(kind: HostedAgent, tools: ToolAgents, config: RunnerConfig): readonly ToolAgent[] {
  switch (kind) {
    case 'enhancement':
      return [tools.enhancement()];
    case 'testing':
      return [tools.testing()];
    case 'examination':
      return [tools.examination()];
    case 'command': {
      const { YMERA_RUNNER_COMMAND: command, YMERA_RUNNER_NETWORK: network } = config;
      const folder = config.YMERA_RUNNER_COMMAND_CWD;
      const searchPath = config.YMERA_HOST_PATH_DIRS;
      const environment = passedVariables(config.YMERA_RUNNER_PASS_ENV);
      const options = { network, searchPath, environment, ...(folder === undefined ? {} : { folder }) };
      if (!command)
        throw new ConfigError(['YMERA_RUNNER_COMMAND: is required: YMERA_RUNNER_AGENTS names `command`']);
      return [tools.command('CODING', command, options), tools.command('ENHANCEMENT', command, options)];
    }
  }
}
