import type { RouteContract } from '../define/route';
import * as agents from './agents';
import * as requests from './requests';
import * as projects from './projects';
import * as audit from './audit';
import * as operations from './operations';

const isRoute = (value: unknown): value is RouteContract =>
  typeof value === 'object' && value !== null && 'operation' in value;

/** Every route of the gateway under /api; OpenAPI and the role tests are derived from it. */
export const routes: readonly RouteContract[] = [agents, requests, projects, operations, audit].flatMap(
  (module) => Object.values<unknown>(module).filter(isRoute),
);
