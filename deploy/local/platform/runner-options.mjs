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
  return {
    agents: command ? [...testing, 'command'] : ['enhancement', ...testing],
    command,
    commandFolder: env.INIT_CWD ?? process.cwd(),
    sandbox: args.includes('--no-sandbox') ? 'none' : 'bubblewrap',
    hostPath: callersPath(env),
  };
}

/** The system packages that a platform with this runner needs. */
export function platformPackages(runner, given) {
  return [
    'git',
    ...(given.rabbitmqUrl ? [] : ['rabbitmq']),
    ...(runner?.sandbox === 'bubblewrap' ? ['bubblewrap'] : []),
  ];
}
