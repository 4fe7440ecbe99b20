export { failureToProblem, statusOf, type ProblemContext } from './problem/problem';
export { ProblemFilter } from './problem/problem-filter';
export { validationFailure } from './problem/validation-failure';
export { accessOf, AllowAccess } from './route/access';
export { Input, parseInput, Route, routeOf, type RouteInput } from './route/route';
export { createHttpApp, type HttpAppOptions } from './server/http-app';
