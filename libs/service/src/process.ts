export { HealthChecks, type HealthCheck, type HealthReport } from './process/health-checks';
export { serveHealth, type HealthServer, type HealthServerOptions } from './process/health-server';
export { PeriodicJob } from './process/periodic-job';
export { processMain, type ProcessMainOptions } from './process/process-main';
export { openRuntime, type OpenRuntime, type ServiceRuntime } from './process/service-runtime';
export { ShutdownSequence } from './process/shutdown-sequence';
