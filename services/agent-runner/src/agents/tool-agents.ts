import { join } from 'node:path';
import type { AgentType } from '@ymera/contracts';
import type { Sandbox } from '../sandbox/sandbox';
import { Analyser } from '../tools/analyser';
import { Dependencies } from '../workspace/dependencies/dependencies';
import type { MachineRegistries } from '../workspace/dependencies/registry/machine-registries';
import type { Workspaces } from '../workspace/workspaces';
import type { ToolAgent } from './agent';
import { CommandAgent, type CommandAgentOptions } from './command-agent';
import { EnhancementAgent } from './enhancement-agent';
import { defaultPolicy } from './examination/examination-policy';
import { ExaminationAgent } from './examination/examination-agent';
import { mendingRules } from './mending-rules';
import { BaseOutcomes } from './testing/base-outcomes';
import { TestingAgent } from './testing/testing-agent';

export interface ToolAgentsOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  /** Prepared packages; exclusive to this runner. */
  readonly stateFolder: string;
  /** Whether projects' packages may be downloaded. */
  readonly dependencyNetwork: boolean;
  /** The PATH of the person, where interpreters are found. Default: none. */
  readonly hostPath?: readonly string[];
  readonly registries?: MachineRegistries;
  /** Folder of the compiled tools; default: beside this file. */
  readonly toolsFolder?: string;
}

export interface CommandOptions extends Pick<CommandAgentOptions, 'network'> {
  /** The author's working directory. */
  readonly folder?: string;
  /** Default: none, so that only the system's programs and absolute paths are found. */
  readonly searchPath?: readonly string[];
  /** Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The agents that a runner may host, sharing one sandbox, one cache of packages and one folder of working copies. */
export class ToolAgents {
  private readonly dependencies: Dependencies;
  private readonly analyser: Analyser;

  constructor(private readonly options: ToolAgentsOptions) {
    const { sandbox, stateFolder, dependencyNetwork, hostPath, registries } = options;
    this.dependencies = new Dependencies(sandbox, {
      folder: join(stateFolder, 'dependencies'),
      network: dependencyNetwork,
      ...(hostPath === undefined ? {} : { hostPath }),
      ...(registries === undefined ? {} : { registries }),
    });
    this.analyser = new Analyser(sandbox, {
      program: join(options.toolsFolder ?? join(__dirname, '..', 'tools'), 'analyse-main.js'),
      node: process.execPath,
    });
  }

  enhancement(): ToolAgent {
    return new EnhancementAgent({ ...this.shared(), rules: mendingRules });
  }

  testing(): ToolAgent {
    const bases = new BaseOutcomes(join(this.options.stateFolder, 'base-tests'));
    return new TestingAgent({ ...this.shared(), bases });
  }

  examination(): ToolAgent {
    return new ExaminationAgent({ ...this.shared(), policy: defaultPolicy });
  }

  command(
    agentType: Extract<AgentType, 'CODING' | 'ENHANCEMENT'>,
    command: string,
    { folder, searchPath = [], environment = {}, ...options }: CommandOptions,
  ): ToolAgent {
    return new CommandAgent({
      ...this.shared(),
      agentType,
      command,
      searchPath,
      environment,
      ...options,
      ...(folder === undefined ? {} : { commandFolder: folder }),
    });
  }

  private shared() {
    const { sandbox, workspaces } = this.options;
    const { dependencies, analyser } = this;
    return { sandbox, workspaces, dependencies, analyser };
  }
}
