import { z } from 'zod';

/**
 * Who is at fault for a failure, so that its reader knows where to look: the change (or the agent that makes it), the
 * project without any change, the machine of the work, the platform itself, or the request.
 */
export const fault = z.enum(['change', 'project', 'machine', 'platform', 'request']);
export type Fault = z.output<typeof fault>;

/**
 * Every code of the platform's failures, by its fault. `fault.spec.ts` finds codes in the source that are missing here.
 */
const codes: Readonly<Record<Fault, string>> = {
  change: `
    agent_failed task_rejected rework_exhausted verdict_rejected self_verdict findings_open
    tests_failed tests_empty tests_mismatch fix_without_effect fix_without_test
    benchmark_failed benchmark_results_changed performance_regression
    change_empty change_missing change_outside change_too_large change_unreadable change_refused change_mismatch
    patch_invalid base_mismatch base_unknown submodule_changed submodule_refused nested_repository
    mode_refused path_too_long lfs_content artefact_not_found artefact_too_large digest_invalid digest_mismatch
    result_too_large result_incomplete
    dependencies_stale dependencies_out_of_sync dependencies_unresolvable dependency_source_refused
  `,
  project: `
    no_tests tests_did_not_end tests_need_network tests_need_service tests_need_git
    tests_exceed_memory tests_exceed_disk test_failed_on_base tests_empty_on_base
    tests_need_environment tests_not_reached no_test_passes tests_need_submodule
    benchmark_failed_on_base dependencies_missing base_moved merge_conflict
    repository_unreadable repo_unreadable repo_empty
    upstream_conflict upstream_rewritten upstream_branch_gone upstream_busy push_refused push_not_possible
  `,
  machine: `
    interpreter_missing test_tool_missing command_missing sandbox_failed sandbox_unavailable
    disk_full dependencies_unavailable workspace_unavailable workspace_gone git_timeout git_missing
    import_timeout network database_unavailable database_timeout broker_unavailable
    no_gateway clone_failed land_failed credentials_missing credentials_exposed upstream_denied upstream_unreachable
  `,
  request: `
    intent_unknown intent_unsupported request_empty request_too_long request_ended request_not_found usage
    option_unexpected option_missing project_not_found project_exists branch_not_found commit_not_found
    repo_not_found repo_dirty source_not_allowed settings_invalid plan_invalid plan_denied
    landing_denied approval_denied approval_expired gate_denied gate_expired taken_over
    canceled interrupted landing_withdrawn budget_exhausted malformed_request not_allowed
    already_reverted change_not_landed revert_conflict change_not_found
    approval_closed approval_not_found subject_changed self_approval not_an_approver admin_required
    decision_missing finding_not_waivable reason_missing reason_too_short no_open_question
    agent_exists agent_not_found agent_not_frozen workflow_not_found version_conflict
    principal_exists principal_frozen principal_full principal_id_unusable principal_not_active
    principal_not_found principal_refused principal_required principal_retired principal_serves_one_agent
    principal_suspended enrolment_invalid enrolment_required operator_required operators_file_invalid
    credential_expired credential_invalid credential_malformed credential_missing credential_revoked
    authentication_throttled too_many_failed_attempts too_many_requests too_many_watchers too_many_fetches
    dead_letter_expired dead_letter_not_found dead_letter_not_replayable dead_letter_replayed
    idempotency_key_invalid idempotency_key_reused request_in_flight last_event_id_invalid position_unknown
    cursor_invalid invalid_request json_too_deep malformed_json text_invalid body_missing body_too_large
    config_too_large headers_too_large method_not_allowed route_not_found unsupported_media_type read_only
    not_found no_token file_unreadable key_invalid
  `,
  platform: `
    sender_not_allowed workflow_not_started agent_lost agent_unavailable agent_unknown task_declined task_type_unknown unknown_task busy draining
    fenced not_holder approval_mismatch approval_missing approval_undecided change_unknown commit_mismatch
    tree_mismatch verdict_by_producer verdict_mismatch plan_digest_mismatch landing_under_way cancel_failed
    stop_unknown no_answer answer_invalid
    analysis_failed artefacts_unavailable artefacts_unsupported
    answer_lost broker_closed broker_silent invalid_reply payload_invalid query_timeout request_timeout
    service_unavailable too_many_queries unknown_query gateway_answer_invalid gateway_timeout
    gateway_unreachable transaction_contention partition_not_owned dead_letters_full
    publish_refused publish_timeout publish_unconfirmed publisher_saturated unroutable
    message_malformed message_too_large message_id_invalid message_id_outside_window message_not_owned
    illegal_attempt_move illegal_run_move illegal_state illegal_step_move internal
    audit_log_damaged checkpoint_malformed checkpoints_rolled_back key_changed log_damaged log_forked
    log_shortened signature_wrong tree_incomplete
  `,
};

const faults: ReadonlyMap<string, Fault> = new Map(
  fault.options.flatMap((whose) =>
    codes[whose]
      .trim()
      .split(/\s+/)
      .map((code) => [code, whose] as const),
  ),
);

/** Undefined for an undeclared code, such as one of an agent of another release. */
export const declaredFaultOf = (code: string): Fault | undefined => faults.get(code);

/** The one table from codes to faults. An unknown code is the platform's own fault. */
export const faultOf = (code: string): Fault => declaredFaultOf(code) ?? 'platform';
