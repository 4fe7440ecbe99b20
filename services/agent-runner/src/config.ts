import {
  changeLimitsEnvironment,
  ConfigError,
  flag,
  processEnvironment,
  secret,
  seconds,
} from '@ymera/config';
import { z } from 'zod';

/** A comma-separated list without empty members. */
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((member) => member.trim())
      .filter((member) => member !== ''),
  );

/** Absolute paths, with colons between them. */
const folders = z
  .string()
  .default('')
  .transform((value) => value.split(':').filter((folder) => folder.startsWith('/')));

const hostedAgents = ['enhancement', 'testing', 'examination', 'command'] as const;
export type HostedAgent = (typeof hostedAgents)[number];

export const configSchema = changeLimitsEnvironment.extend({
  YMERA_GATEWAY_URL: z.url(),
  /** Spent at the first start; afterwards the credential under `YMERA_STATE_DIR` is used. */
  YMERA_ENROLMENT_TOKEN: secret().optional(),
  /** Credential, caches and working copies; created with mode 0700. */
  YMERA_STATE_DIR: z.string().min(1),
  /** The principal's name at enrolment. */
  YMERA_RUNNER_NAME: z.string().default('runner-1'),
  YMERA_RUNNER_AGENTS: list.pipe(z.array(z.enum(hostedAgents)).min(1, 'name at least one agent')),
  /** The command line of the `command` agent, run by `sh -c`. */
  YMERA_RUNNER_COMMAND: z.string().optional(),
  /** The folder to which relative paths in that command refer. */
  YMERA_RUNNER_COMMAND_CWD: z.string().optional(),
  /** Maximum concurrent attempts of each agent. */
  YMERA_RUNNER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(1),
  /** Maximum growth of the working copy in one run of a command, in MiB; the command is ended above it. */
  YMERA_RUNNER_WORKSPACE_MB: z.coerce.number().int().min(1).max(1_048_576).default(4096),
  YMERA_SANDBOX: z.enum(['bubblewrap', 'none']).default('bubblewrap'),
  /** Colon-separated folders that the command agent must not see, besides the state folder: the platform's own. */
  YMERA_RUNNER_HIDDEN_DIRS: folders,
  /** Whether the command agent may reach the network. */
  YMERA_RUNNER_NETWORK: flag(false),
  /** Names of the variables of the runner's environment that are passed to the command agent's command, and no others. */
  YMERA_RUNNER_PASS_ENV: list.pipe(z.array(z.string().regex(/^[A-Za-z_]\w*$/, 'takes names of variables'))),
  /** Whether a project's packages may be downloaded before its tests; the tests themselves have no network. */
  YMERA_RUNNER_DEPENDENCY_NETWORK: flag(true),
  /**
   * Hosts, or addresses, that packages may also be fetched from, besides the registries that this user's npm, pip, go, cargo
   * and Maven are configured for, the usual public ones, and those of a project's base. They may be private.
   */
  YMERA_RUNNER_REGISTRIES: list,
  /**
   * Colon-separated folders of the host, the PATH of the command's author: its programs are found there, and the node
   * that projects' tests run under.
   */
  YMERA_HOST_PATH_DIRS: folders,
  ...processEnvironment.shape,
  YMERA_DRAIN_SECONDS: seconds(0.1, 600).default(5),
});

export type RunnerConfig = z.output<typeof configSchema>;

/** The runner's own environment, for programs of the host that read this machine's configuration. */
export const hostEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

/** The values of the variables with these names. Throws `ConfigError` for those that are not set. */
export function passedVariables(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length > 0)
    throw new ConfigError(
      missing.map((name) => `${name}: YMERA_RUNNER_PASS_ENV names it, but it is not set`),
    );
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? '']));
}

/** The PATH of this process. */
export const pathFolders = (): readonly string[] => (process.env['PATH'] ?? '').split(':');
