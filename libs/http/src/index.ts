export { HealthChecks, type HealthCheck, type HealthReport } from './health/health-checks';
export { HealthModule } from './health/health-module';
export { failureToProblem, statusOf, type ProblemContext } from './problem/problem';
export { ProblemFilter } from './problem/problem-filter';
export { validationFailure } from './problem/validation-failure';
export { accessOf, AllowAccess } from './route/access';
export { Input, parseInput, Route, routeOf, type RouteInput } from './route/route';
export { createHttpApp, type HttpAppOptions } from './server/http-app';
export { serviceMain, type ServiceMainOptions } from './service/service-main';
export { ShutdownSequence } from './service/shutdown-sequence';
export { PeriodicJob } from './service/periodic-job';
export {
  startService,
  type RunningService,
  type ServiceOptions,
  type ServiceRuntime,
} from './service/start-service';
