export { HealthModule } from './app/health-module';
export { serviceMain, type ServiceMainOptions } from './app/service-main';
export { startService, type RunningService, type ServiceOptions } from './app/start-service';
export {
  openServiceInfrastructure,
  type ServiceInfrastructure,
  type ServiceInfrastructureOptions,
} from './infrastructure/open-service-infrastructure';
export {
  HealthChecks,
  PeriodicJob,
  ShutdownSequence,
  type HealthCheck,
  type HealthReport,
  type ServiceRuntime,
} from './process';
