import {
  type ApprovalResource,
  type ChangeResource,
  decideApprovalRoute,
  type EscalationOption,
  escalationOption,
  getApprovalRoute,
  getChangeRoute,
  getRequestRoute,
  listApprovalsRoute,
  minWaiverReasonLength,
  type RequestResource,
} from '@ymera/contracts';
import { type Command, Option } from 'commander';
import type { ApiClient } from '../api/api-client';
import { CliError } from '../cli-error';
import { approvalLines } from '../words/approval';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { type ListOptions, printList, withList } from './list';
import { print } from './print';

interface Choice {
  readonly option: EscalationOption;
  readonly note?: string;
  readonly reason?: string;
}

interface Subject {
  readonly approval: ApprovalResource;
  readonly request: RequestResource;
  readonly change: ChangeResource | undefined;
}

async function subjectOf(api: ApiClient, approvalId: string): Promise<Subject> {
  const approval = await api.call(getApprovalRoute, { params: { approval_id: approvalId } });
  const changeId = (approval.landing ?? approval.escalation?.change)?.change_id;
  const [request, change] = await Promise.all([
    api.call(getRequestRoute, { params: { request_id: approval.request_id } }),
    changeId === undefined ? undefined : api.call(getChangeRoute, { params: { change_id: changeId } }),
  ]);
  return { approval, request, change };
}

/** Commands for decisions that wait for a person. */
export function addApprovalCommands(ymera: Command): void {
  const approvals = ymera.command('approvals').description('decide on gates');

  withList(approvals.command('list'))
    .description('approvals that wait for a decision')
    .action(async (options: ListOptions) => {
      const api = connect(options);
      await printList(
        options,
        'nothing waits for a decision',
        (query) => api.call(listApprovalsRoute, { query: { state: 'pending', ...query } }),
        ({ approval_id, kind, requested_by, expires_at }) => [approval_id, kind, requested_by, expires_at],
      );
    });

  withConnection(approvals.command('show').argument('<approval_id>'))
    .description(
      'the subject of an approval: the plan or the change with its examination, the findings, the risk',
    )
    .action(async (approvalId: string, options: ConnectionOptions) => {
      const subject = await subjectOf(connect(options), approvalId);
      const { approval, request, change } = subject;
      print(
        options,
        { approval, plan: request.plan, change: change ?? null },
        approvalLines(approval, request.plan, change).join('\n'),
      );
    });

  withConnection(approvals.command('decide').argument('<approval_id>'))
    .description('decide on work that was rejected too often')
    .addOption(
      new Option(
        '--option <option>',
        'another attempt, a person continues, abandon, or accept the findings of exactly this change',
      )
        .choices(escalationOption.options)
        .makeOptionMandatory(),
    )
    .option('--reason <text>', 'a note for the next attempt, or why; required to accept')
    .option('--note <text>', 'the same as --reason')
    .action(async (approvalId: string, options: ConnectionOptions & Choice) => {
      const why = options.reason ?? options.note;
      if (options.option === 'accept' && (why ?? '').trim().length < minWaiverReasonLength)
        throw new CliError(
          'usage',
          `To accept findings, give a --reason with at least ${minWaiverReasonLength} characters.`,
          2,
        );
      const api = connect(options);
      const params = { approval_id: approvalId };
      const { subject_digest } = await api.call(getApprovalRoute, { params });
      const reason = why === undefined ? {} : { reason: why };
      const decided = await api.call(decideApprovalRoute, {
        params,
        body: { subject_digest, option: options.option, ...reason },
      });
      print(options, decided, `${decided.approval_id}  ${decided.option ?? ''}  ${decided.subject_digest}`);
    });

  for (const [name, decision] of [
    ['approve', 'approved'],
    ['deny', 'denied'],
  ] as const)
    withConnection(approvals.command(name).argument('<approval_id>').option('--reason <text>'))
      .description(`${name} exactly what the approval shows now`)
      .action(async (approvalId: string, options: ConnectionOptions & { reason?: string }) => {
        const api = connect(options);
        const params = { approval_id: approvalId };
        const { subject_digest } = await api.call(getApprovalRoute, { params });
        const reason = options.reason === undefined ? {} : { reason: options.reason };
        const decided = await api.call(decideApprovalRoute, {
          params,
          body: { subject_digest, decision, ...reason },
        });
        print(options, decided, `${decided.approval_id}  ${decided.state}  ${decided.subject_digest}`);
      });
}
