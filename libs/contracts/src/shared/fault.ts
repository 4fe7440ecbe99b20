import { z } from 'zod';

/**
 * Whose doing a failure is, so that its reader knows where to look: the change that was made (or the agent that makes it),
 * the project as it is without any change, the machine that the work runs on, the platform itself, or the request.
 */
export const fault = z.enum(['change', 'project', 'machine', 'platform', 'request']);
export type Fault = z.output<typeof fault>;

const codes: Readonly<Record<Exclude<Fault, 'platform'>, readonly string[]>> = {
  change: [
    ...['agent_failed', 'task_rejected', 'rework_exhausted', 'verdict_rejected', 'self_verdict'],
    ...['tests_failed', 'tests_empty', 'tests_mismatch', 'fix_without_effect', 'fix_without_test'],
    ...['change_empty', 'change_outside', 'change_too_large', 'change_unreadable', 'change_refused'],
    ...['patch_invalid', 'change_mismatch', 'performance_regression', 'dependencies_stale'],
  ],
  project: [
    ...['no_tests', 'tests_did_not_end', 'tests_need_network', 'tests_need_service', 'tests_need_git'],
    ...['tests_exceed_memory', 'tests_exceed_disk', 'test_failed_on_base', 'tests_empty_on_base'],
    ...['tests_need_environment', 'tests_not_reached', 'no_test_passes'],
    ...['tests_need_submodule'],
    ...['dependencies_missing', 'base_moved', 'repository_unreadable', 'repo_unreadable', 'repo_empty'],
  ],
  machine: [
    ...[
      'test_tool_missing',
      'sandbox_failed',
      'sandbox_unavailable',
      'disk_full',
      'dependencies_unavailable',
    ],
    ...['workspace_unavailable', 'workspace_gone', 'git_timeout', 'git_missing', 'import_timeout', 'network'],
    ...['database_unavailable', 'database_timeout', 'broker_unavailable', 'clone_failed', 'land_failed'],
  ],
  request: [
    ...[
      'intent_unknown',
      'intent_unsupported',
      'request_empty',
      'request_ended',
      'request_not_found',
      'usage',
    ],
    ...['option_unexpected', 'project_not_found', 'project_exists', 'branch_not_found', 'commit_not_found'],
    ...[
      'repo_not_found',
      'repo_dirty',
      'source_not_allowed',
      'settings_invalid',
      'plan_invalid',
      'plan_denied',
    ],
    ...['landing_denied', 'approval_denied', 'approval_expired', 'gate_denied', 'gate_expired', 'taken_over'],
    ...[
      'canceled',
      'interrupted',
      'landing_withdrawn',
      'budget_exhausted',
      'malformed_request',
      'not_allowed',
    ],
  ],
};

const faults: ReadonlyMap<string, Fault> = new Map(
  Object.entries(codes).flatMap(([whose, names]) => names.map((code) => [code, fault.parse(whose)] as const)),
);

/** The one table from codes to faults. What no code of it explains is the platform's own. */
export const faultOf = (code: string): Fault => faults.get(code) ?? 'platform';
