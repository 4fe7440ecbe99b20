export {
  configText,
  gitEnvironment,
  hardening,
  settingsEnvironment,
  withoutHooks,
  type GitEnvironment,
  type GitEnvironmentOptions,
  type GitSettings,
} from './git-environment';
export { gitCommand, runGit, type GitRunOptions } from './run-git';
export { endOf, killGroup, type Account, type ProcessEnd, type ProcessResult } from './run-process';
