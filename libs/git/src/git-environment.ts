export type GitEnvironment = Readonly<Record<string, string>>;

/** Settings of git, such as `core.hooksPath`. */
export type GitSettings = readonly (readonly [key: string, value: string])[];

/** No hook of a repository runs. Not part of `hardening`, because a push to a path needs the hooks of its other end. */
export const withoutHooks: GitSettings[number] = ['core.hooksPath', '/dev/null'];

/**
 * Nothing of a repository or the host makes git run another program, ask, or work in the background. `safe.directory` takes
 * away git's own protection against repositories of others; these settings stand in for it.
 */
export const hardening: GitSettings = [
  ['safe.directory', '*'],
  ['core.fsmonitor', 'false'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['init.templateDir', ''],
  ['commit.gpgSign', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['protocol.ext.allow', 'never'],
];

export interface GitEnvironmentOptions {
  readonly path: string;
  readonly home: string;
  /** Read instead of the user's configuration; default none. */
  readonly configFile?: string;
  /** Default `C`: git's messages are read by programs. */
  readonly locale?: string;
}

/** The variables of a git that knows nothing of the host's or a person's configuration, and never asks. */
export const gitEnvironment = ({
  path,
  home,
  configFile = '/dev/null',
  locale = 'C',
}: GitEnvironmentOptions): GitEnvironment => ({
  PATH: path,
  HOME: home,
  LC_ALL: locale,
  GIT_CONFIG_GLOBAL: configFile,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  // A partial clone would fetch what it lacks from where it says, and how it says.
  GIT_NO_LAZY_FETCH: '1',
});

/** Variables with settings that outrank those of the repository, its includes and its worktree. */
export const settingsEnvironment = (settings: GitSettings): GitEnvironment =>
  Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(settings.length)],
    ...settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]) as GitEnvironment;

/** A configuration file with the settings; those of a repository outrank it. */
export const configText = (settings: GitSettings): string =>
  settings
    .map(([key, value]) => `${sectionOf(key)}\t${nameOf(key)} = ${quoted(value)}`.trimEnd() + '\n')
    .join('');

const nameOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

function sectionOf(key: string): string {
  const [section = '', ...middle] = key.split('.').slice(0, -1);
  return middle.length === 0 ? `[${section}]\n` : `[${section} "${middle.join('.')}"]\n`;
}

const quoted = (value: string): string => (/["\\#;]|^\s|\s$/.test(value) ? JSON.stringify(value) : value);
