import { delimiter } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

/** The value of `--name value` or `--name=value`, and whether the flag was there at all. */
export function option(args, name) {
  const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (index < 0) return undefined;
  const arg = args[index];
  const value = arg === name ? args[index + 1] : arg.slice(name.length + 1);
  if (value) return value;
  throw new LauncherFailure('argument_missing', `${name} needs a value`, { exitCode: 2 });
}

/** The values of an option that may be given more than once. */
const repeated = (args, name) =>
  args.flatMap((arg, index) =>
    arg === name || arg.startsWith(`${name}=`) ? [option(args.slice(index), name)] : [],
  );

/** The sandbox or the runner's own process has these for itself. */
const RESERVED =
  /^(PATH|HOME|TMPDIR|PWD|USER|LOGNAME|SHELL|LD_.*|NODE_(ENV|OPTIONS|COMPILE_CACHE)|(YMERA|AGENT_MANAGER)_.*)$/;

/** Names of the caller's variables that the command is handed. */
function passedNames(args, env) {
  const names = [...new Set(repeated(args, '--pass-env'))];
  for (const name of names) {
    if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.test(name))
      throw new LauncherFailure('argument_invalid', `--pass-env cannot pass ${name.split('=')[0]}`, {
        suggestion: 'it takes the name of a variable of your own, and reads the value from your environment',
        exitCode: 2,
      });
    if (env[name] === undefined)
      throw new LauncherFailure('variable_not_set', `--pass-env ${name}: there is no such variable`, {
        suggestion: `set and export it: export ${name}=...`,
        exitCode: 2,
      });
  }
  return names;
}

/**
 * The caller's PATH. npm puts the programs of this checkout's packages in front of it, our Node among them, and another
 * project's tests are none of theirs.
 */
function callersPath(env) {
  const ours = inRepository('node_modules');
  const isOurs = (folder) => folder === ours || folder.startsWith(`${ours}/`);
  const folders = (env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => folder !== '' && !isOurs(folder)).join(delimiter);
}

/**
 * What the agent-runner hosts. A command line of the caller's takes the place of the reference agent that makes changes;
 * it runs from where the caller stands, and finds the Node that he uses, not ours.
 */
export function runnerOptions(args, env = process.env) {
  const command = option(args, '--exec');
  const testing = ['testing', 'examination'];
  const network = args.includes('--network');
  const passed = passedNames(args, env);
  if (!command && (network || passed.length > 0))
    throw new LauncherFailure('argument_missing', '--network and --pass-env are for the command of --exec', {
      exitCode: 2,
    });
  return {
    agents: command ? [...testing, 'command'] : ['enhancement', ...testing],
    command,
    network,
    passed,
    commandFolder: env.INIT_CWD ?? process.cwd(),
    sandbox: args.includes('--no-sandbox') ? 'none' : 'bubblewrap',
    hostPath: callersPath(env),
  };
}

/** Said on standard error before anything runs; empty with a sandbox. */
export const sandboxWarning = ({ sandbox }) =>
  sandbox === 'none'
    ? '! --no-sandbox: commands of agents and projects may read, change and reach whatever you may\n'
    : '';

/** The system packages that a platform with this runner needs. */
export function platformPackages(runner, given) {
  return [
    'git',
    ...(given.rabbitmqUrl ? [] : ['rabbitmq']),
    ...(runner?.sandbox === 'bubblewrap' ? ['bubblewrap'] : []),
  ];
}
