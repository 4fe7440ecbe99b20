import * as contracts from '@ymera/contracts';
import type { Actor, QueryContract, RouteContract } from '@ymera/contracts';
import type { RouteInput } from '@ymera/http';
import { failure, FailureException } from '@ymera/kernel';
import type { z } from 'zod';
import type { Caller } from '../../domain/caller';
import { actorOf } from './caller-of';

/** A request that was admitted and whose parts are validated. */
export interface RouteCall<Route extends RouteContract = RouteContract> extends RouteInput<Route> {
  readonly caller: Caller;
  /** The person who sent it. */
  readonly actor: Actor;
  /** For services that deduplicate; only where the route accepts an `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
}

/** A route that forwards one query to one service. */
export interface Binding {
  readonly route: RouteContract;
  readonly query: QueryContract;
  readonly payload: (call: RouteCall) => unknown;
  readonly timeoutMs: number;
}

const defaultTimeoutMs = 10_000;
/** Cloning a repository may take minutes. */
const cloneTimeoutMs = 120_000;
/** Planning waits for the project's upstream, and without it continues with the last known state. */
const upstreamTimeoutMs = 45_000;

function bind<Route extends RouteContract, Payload extends z.ZodType, Reply extends z.ZodType>(
  route: Route,
  query: QueryContract<Payload, Reply>,
  payload: (call: RouteCall<Route>) => z.input<Payload>,
  timeoutMs = defaultTimeoutMs,
): Binding {
  return { route, query, payload: payload, timeoutMs };
}

/** Leaves out undefined members: contracts allow absent members, not undefined ones. */
const omitUndefined = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function registrant(caller: Caller): z.input<typeof contracts.registerAgent.payload>['caller'] {
  switch (caller.kind) {
    case 'principal':
      return { kind: 'principal', principal_id: caller.principalId };
    case 'enrolment':
      return { kind: 'enrolment', enrolment_token: caller.token };
    default:
      return { kind: 'operator', actor: actorOf(caller) };
  }
}

function tokenOf(caller: Caller): string {
  if (caller.kind === 'enrolment') return caller.token;
  throw new FailureException(failure('forbidden', 'enrolment_required', 'Requires an enrolment token.'));
}

function principalOf(caller: Caller): string {
  if (caller.kind === 'principal') return caller.principalId;
  throw new FailureException(failure('forbidden', 'principal_required', 'Requires a principal credential.'));
}

/** Every route that forwards one query to one service. */
export const bindings: readonly Binding[] = [
  bind(contracts.createEnrolmentRoute, contracts.createEnrolment, ({ body, actor }) => ({
    ...body,
    created_by: actor,
  })),
  bind(contracts.enrolPrincipalRoute, contracts.enrolPrincipal, ({ body, caller }) => ({
    ...body,
    enrolment_token: tokenOf(caller),
  })),
  bind(contracts.registerAgentRoute, contracts.registerAgent, ({ body, caller, idempotencyKey }) =>
    omitUndefined({ ...body, caller: registrant(caller), idempotency_key: idempotencyKey }),
  ),
  bind(contracts.listAgentsRoute, contracts.listAgents, ({ query }) => query),
  bind(contracts.getAgentRoute, contracts.getAgent, ({ params }) => params),
  bind(contracts.getAgentStatusRoute, contracts.getAgentStatus, ({ params }) => params),
  bind(contracts.retireAgentRoute, contracts.retireAgent, ({ params, body, actor }) => ({
    ...params,
    ...body,
    actor,
  })),
  bind(contracts.liftFreezeRoute, contracts.liftFreeze, ({ params, body, actor }) => ({
    ...params,
    ...body,
    actor,
  })),
  bind(contracts.overviewRoute, contracts.fleetOverview, () => ({})),
  bind(contracts.meStatusRoute, contracts.principalStatus, ({ caller }) => ({
    principal_id: principalOf(caller),
  })),

  bind(
    contracts.registerProjectRoute,
    contracts.registerProject,
    ({ body, actor, idempotencyKey }) => omitUndefined({ ...body, actor, idempotency_key: idempotencyKey }),
    cloneTimeoutMs,
  ),
  bind(contracts.listProjectsRoute, contracts.listProjects, ({ query }) => query),
  bind(contracts.getProjectRoute, contracts.getProject, ({ params }) => params),

  bind(contracts.updateProjectRoute, contracts.updateProject, ({ params, body, actor }) =>
    omitUndefined({ ...params, ...body, actor }),
  ),
  bind(
    contracts.syncProjectRoute,
    contracts.syncProject,
    ({ params, actor }) => ({ ...params, actor }),
    upstreamTimeoutMs,
  ),

  bind(
    contracts.submitRequestRoute,
    contracts.submitRequest,
    ({ body, actor, idempotencyKey }) => omitUndefined({ ...body, actor, idempotency_key: idempotencyKey }),
    upstreamTimeoutMs,
  ),
  bind(
    contracts.revertChangeRoute,
    contracts.revertChange,
    ({ params, body, actor, idempotencyKey }) =>
      omitUndefined({ ...params, ...body, actor, idempotency_key: idempotencyKey }),
    upstreamTimeoutMs,
  ),
  bind(contracts.listRequestsRoute, contracts.listRequests, ({ query }) => query),
  bind(contracts.getRequestRoute, contracts.getRequest, ({ params }) => params),
  bind(
    contracts.answerRequestRoute,
    contracts.answerRequest,
    ({ params, body, actor }) => ({ ...params, ...body, actor }),
    upstreamTimeoutMs,
  ),
  bind(contracts.cancelRequestRoute, contracts.cancelRequest, ({ params, body, actor }) => ({
    ...params,
    ...body,
    actor,
  })),
  bind(contracts.listWorkflowsRoute, contracts.listWorkflows, ({ query }) => query),
  bind(contracts.getWorkflowRoute, contracts.getWorkflow, ({ params }) => params),
  bind(contracts.listApprovalsRoute, contracts.listApprovals, ({ query }) => query),
  bind(contracts.getApprovalRoute, contracts.getApproval, ({ params }) => params),
  bind(contracts.decideApprovalRoute, contracts.decideApproval, ({ params, body, actor }) => ({
    ...params,
    ...body,
    actor,
  })),
  bind(contracts.getChangeRoute, contracts.getChange, ({ params }) => params),

  bind(contracts.pauseDispatchRoute, contracts.pauseDispatch, ({ body, actor }) => ({ ...body, actor })),
  bind(contracts.resumeDispatchRoute, contracts.resumeDispatch, ({ body, actor }) => ({ ...body, actor })),
  bind(contracts.pauseLandingRoute, contracts.pauseLanding, ({ body, actor }) => ({ ...body, actor })),
  bind(contracts.resumeLandingRoute, contracts.resumeLanding, ({ body, actor }) => ({ ...body, actor })),
  bind(contracts.listDeadLettersRoute, contracts.listDeadLetters, ({ query }) => query),
  bind(contracts.getDeadLetterRoute, contracts.getDeadLetter, ({ params }) => params),
  bind(contracts.replayDeadLetterRoute, contracts.replayDeadLetter, ({ params, actor }) => ({
    ...params,
    actor,
  })),

  bind(contracts.listAuditRoute, contracts.listAuditEntries, ({ query }) => query),
  bind(contracts.readAuditLogRoute, contracts.readAuditLog, ({ query }) => query),
  bind(contracts.auditCheckpointRoute, contracts.readAuditCheckpoint, () => ({})),
  bind(contracts.listAuditCheckpointsRoute, contracts.listAuditCheckpoints, ({ query }) => query),
];
