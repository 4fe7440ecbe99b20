import { delimiter } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

/**
 * @import { SystemPackage } from '../machine/packages.mjs'
 * @import { GivenServers } from '../servers/servers.mjs'
 *
 * What the agent-runner hosts.
 * @typedef {object} RunnerOptions
 * @property {readonly string[]} agents
 * @property {string | undefined} [command]
 * @property {boolean} network whether the command may use the network
 * @property {readonly string[]} passed names of the caller's variables that the command receives
 * @property {string} commandFolder
 * @property {'bubblewrap' | 'none'} sandbox
 * @property {string} hostPath the caller's PATH
 */

/**
 * The value of `--name value` or `--name=value`; undefined without the option.
 * @param {readonly string[]} args
 * @param {string} name
 */
export function option(args, name) {
  const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const arg = args[index];
  if (arg === undefined) return undefined;
  const value = arg === name ? args[index + 1] : arg.slice(name.length + 1);
  if (value) return value;
  throw new LauncherFailure('argument_missing', `${name} needs a value`, { exitCode: 2 });
}

/**
 * The values of an option that may be given more than once.
 * @param {readonly string[]} args
 * @param {string} name
 */
const repeated = (args, name) =>
  args.flatMap((arg, index) =>
    arg === name || arg.startsWith(`${name}=`) ? (option(args.slice(index), name) ?? []) : [],
  );

/** Reserved for the sandbox or for the runner's own process. */
const RESERVED =
  /^(PATH|HOME|TMPDIR|PWD|USER|LOGNAME|SHELL|LD_.*|NODE_(ENV|OPTIONS|COMPILE_CACHE)|(YMERA|AGENT_MANAGER)_.*)$/;

/**
 * Names of the caller's variables that the command receives.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function passedNames(args, env) {
  const names = [...new Set(repeated(args, '--pass-env'))];
  for (const name of names) {
    if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.test(name))
      throw new LauncherFailure('argument_invalid', `--pass-env cannot pass ${name.split('=')[0]}`, {
        suggestion: 'give the name of a variable of your own; its value is read from your environment',
        exitCode: 2,
      });
    if (env[name] === undefined)
      throw new LauncherFailure('variable_not_set', `--pass-env ${name}: the variable is not set`, {
        suggestion: `set and export it: export ${name}=...`,
        exitCode: 2,
      });
  }
  return names;
}

/**
 * The caller's PATH without the programs of this checkout's packages, which npm puts in front of it: tests of another
 * project must not find our Node.
 * @param {NodeJS.ProcessEnv} env
 */
function callersPath(env) {
  const ours = inRepository('node_modules');
  const isOurs = (/** @type {string} */ folder) => folder === ours || folder.startsWith(`${ours}/`);
  const folders = (env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => folder !== '' && !isOurs(folder)).join(delimiter);
}

/**
 * What the agent-runner hosts by the caller's arguments. A command line of the caller replaces the reference agent that
 * makes changes; it runs in the caller's folder with the caller's PATH.
 * @param {readonly string[]} args
 * @returns {RunnerOptions}
 */
export function runnerOptions(args, env = process.env) {
  const command = option(args, '--exec');
  const testing = ['testing', 'examination'];
  const network = args.includes('--network');
  const passed = passedNames(args, env);
  if (!command && (network || passed.length > 0))
    throw new LauncherFailure('argument_missing', '--network and --pass-env need --exec', {
      suggestion: 'add --exec with the command that they are for',
      exitCode: 2,
    });
  return {
    agents: command ? [...testing, 'command'] : ['enhancement', ...testing],
    command,
    network,
    passed,
    commandFolder: env['INIT_CWD'] ?? process.cwd(),
    sandbox: args.includes('--no-sandbox') ? 'none' : 'bubblewrap',
    hostPath: callersPath(env),
  };
}

/**
 * Printed on standard error before anything runs; empty with a sandbox.
 * @param {Pick<RunnerOptions, 'sandbox'>} runner
 */
export const sandboxWarning = ({ sandbox }) =>
  sandbox === 'none'
    ? '! --no-sandbox: commands of agents and projects may read, change and reach everything that you may\n'
    : '';

/**
 * The system packages that a platform with this runner needs.
 * @param {Pick<RunnerOptions, 'sandbox'> | undefined} runner
 * @param {GivenServers} given
 * @returns {SystemPackage[]}
 */
export function platformPackages(runner, given) {
  /** @type {SystemPackage[]} */
  const packages = ['git'];
  if (!given.rabbitmqUrl) packages.push('rabbitmq');
  if (runner?.sandbox === 'bubblewrap') packages.push('bubblewrap');
  return packages;
}
