export {
  changeLimitsEnvironment,
  changeLimitsOf,
  changeLimitVariables,
  type ChangeLimits,
} from './change-limits';
export { ConfigError, loadConfig } from './load-config';
export { Secret, secret } from './secret';
export { baseServiceEnvironment, flag, port, seconds, type BaseServiceConfig } from './service-environment';
