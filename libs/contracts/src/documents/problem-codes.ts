import type { Access, RouteContract } from '../define/route';

/** The HTTP status of every code that a problem of the gateway may have. */
const statuses: Readonly<Record<number, readonly string[]>> = {
  400: [
    'config_too_large',
    'cursor_invalid',
    'decision_missing',
    'idempotency_key_invalid',
    'intent_unsupported',
    'invalid_request',
    'json_too_deep',
    'last_event_id_invalid',
    'malformed_json',
    'malformed_request',
    'no_tests',
    'option_missing',
    'option_unexpected',
    'principal_id_unusable',
    'push_not_possible',
    'reason_missing',
    'reason_too_short',
    'repo_unreadable',
    'request_empty',
    'settings_invalid',
    'text_invalid',
  ],
  401: [
    'credential_expired',
    'credential_invalid',
    'credential_malformed',
    'credential_missing',
    'credential_revoked',
    'enrolment_invalid',
  ],
  403: [
    'finding_not_waivable',
    'not_allowed',
    'not_an_approver',
    'principal_frozen',
    'principal_not_active',
    'principal_retired',
    'principal_serves_one_agent',
    'principal_suspended',
    'self_approval',
    'source_not_allowed',
  ],
  404: [
    'agent_not_found',
    'approval_not_found',
    'branch_not_found',
    'change_not_found',
    'dead_letter_not_found',
    'principal_not_found',
    'project_not_found',
    'repo_not_found',
    'request_not_found',
    'route_not_found',
    'workflow_not_found',
  ],
  405: ['method_not_allowed'],
  408: ['request_timeout'],
  409: [
    'agent_exists',
    'agent_not_frozen',
    'already_reverted',
    'approval_closed',
    'change_not_landed',
    'dead_letter_expired',
    'dead_letter_not_replayable',
    'dead_letter_replayed',
    'idempotency_key_reused',
    'no_open_question',
    'position_unknown',
    'principal_exists',
    'principal_full',
    'project_exists',
    'request_ended',
    'request_in_flight',
    'revert_conflict',
    'subject_changed',
    'transaction_contention',
    'version_conflict',
  ],
  413: ['body_too_large'],
  414: ['path_too_long'],
  415: ['unsupported_media_type'],
  429: ['authentication_throttled', 'too_many_failed_attempts', 'too_many_queries', 'too_many_requests'],
  431: ['headers_too_large'],
  500: ['internal'],
  503: [
    'agent_unavailable',
    'answer_lost',
    'audit_log_damaged',
    'broker_closed',
    'broker_silent',
    'broker_unavailable',
    'database_unavailable',
    'landing_under_way',
    'partition_not_owned',
    'service_unavailable',
    'too_many_watchers',
    'upstream_unreachable',
  ],
  504: ['database_timeout', 'git_timeout', 'import_timeout', 'query_timeout'],
};

const statusByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(statuses).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
);

/** Undefined for a code that no route of the gateway answers with. */
export const problemStatusOf = (code: string): number | undefined => statusByCode.get(code);

const ofEveryRoute = [
  'malformed_request',
  'text_invalid',
  'request_timeout',
  'headers_too_large',
  'too_many_requests',
  'internal',
  'service_unavailable',
  'broker_unavailable',
  'broker_closed',
  'answer_lost',
  'too_many_queries',
  'query_timeout',
  'database_unavailable',
  'database_timeout',
  'transaction_contention',
];

const ofCredentials = [
  'credential_missing',
  'credential_malformed',
  'credential_invalid',
  'credential_expired',
  'credential_revoked',
  'too_many_failed_attempts',
  'authentication_throttled',
  'not_allowed',
  'principal_suspended',
  'principal_frozen',
  'principal_retired',
];

const isPublic = (access: readonly Access[]): boolean => access.includes('public');

/** Every code that a route may answer with: its own, and those of its access and input. */
export function problemCodesOf(route: RouteContract): readonly string[] {
  const takes = [route.params, route.query, route.body].some((part) => part !== undefined);
  return [
    ...new Set([
      ...route.errors,
      ...ofEveryRoute,
      ...(isPublic(route.access) ? [] : ofCredentials),
      ...(takes ? ['invalid_request'] : []),
      ...(route.params ? ['path_too_long'] : []),
      ...(route.query && 'cursor' in route.query.shape ? ['cursor_invalid'] : []),
      ...(route.method === 'GET'
        ? []
        : ['malformed_json', 'json_too_deep', 'body_too_large', 'unsupported_media_type']),
      ...(route.idempotent ? ['idempotency_key_invalid', 'idempotency_key_reused', 'request_in_flight'] : []),
    ]),
  ];
}
