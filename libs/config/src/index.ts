export {
  changeLimitsEnvironment,
  changeLimitsOf,
  changeLimitVariables,
  type ChangeLimits,
} from './change-limits';
export { ConfigError, loadConfig } from './load-config';
export { processEnvironment, type ProcessConfig } from './process-environment';
export { Secret, secret } from './secret';
export { baseServiceEnvironment, type BaseServiceConfig } from './service-environment';
export { flag, port, seconds } from './variable';
