import {
  answerRequestRoute,
  cancelRequestRoute,
  decideApprovalRoute,
  type EscalationOption,
  escalationOption,
  getApprovalRoute,
  getRequestRoute,
  getWorkflowRoute,
  listApprovalsRoute,
  listRequestsRoute,
  submitRequestRoute,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { type Command, Option } from 'commander';
import { watchRequest } from '../api/watch-request';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { print, table } from './print';

interface Choice {
  readonly option: EscalationOption;
  readonly note?: string;
}

/** Asking for work, watching it, deciding on it. */
export function addRequestCommands(ymera: Command): void {
  const requests = ymera.command('requests').description('ask for work and follow it');

  withConnection(requests.command('submit').argument('<project>').argument('<text>'))
    .description('ask for work in your own words')
    .action(async (projectId: string, text: string, options: ConnectionOptions) => {
      const request = await connect(options).call(submitRequestRoute, {
        body: { project_id: projectId, text },
        idempotencyKey: uuidv7(),
      });
      print(
        options,
        request,
        `${request.request_id}  ${request.state}  ${request.intent ?? ''}  ${request.question ?? ''}`,
      );
      if (request.state === 'input_required') process.exitCode = 2;
    });

  withConnection(requests.command('answer').argument('<request_id>').argument('<text>'))
    .description('answer the open question of a request')
    .action(async (requestId: string, answer: string, options: ConnectionOptions) => {
      const request = await connect(options).call(answerRequestRoute, {
        params: { request_id: requestId },
        body: { answer },
      });
      print(options, request, `${request.request_id}  ${request.state}  ${request.question ?? ''}`);
    });

  withConnection(requests.command('list'))
    .description('the newest requests')
    .action(async (options: ConnectionOptions) => {
      const page = await connect(options).call(listRequestsRoute, { query: {} });
      print(
        options,
        page,
        table(
          page.items.map((request) => [
            request.request_id,
            request.state,
            request.intent ?? '',
            request.text.slice(0, 60),
          ]),
        ),
      );
    });

  withConnection(requests.command('show').argument('<request_id>'))
    .description('one request with its steps')
    .action(async (requestId: string, options: ConnectionOptions) => {
      const api = connect(options);
      const request = await api.call(getRequestRoute, { params: { request_id: requestId } });
      const workflow =
        request.workflow_id === null
          ? null
          : await api.call(getWorkflowRoute, { params: { workflow_id: request.workflow_id } });
      const steps = (workflow?.steps ?? []).map((step) => [
        step.name,
        step.state,
        step.agent_id ?? '',
        `${step.attempts}`,
      ]);
      print(options, { request, workflow }, `${request.state}  ${request.text}\n${table(steps)}`);
    });

  withConnection(requests.command('watch').argument('<request_id>'))
    .description('everything that happens, until it ends')
    .action(async (requestId: string, options: ConnectionOptions) => {
      const stop = new AbortController();
      process.once('SIGINT', () => {
        stop.abort();
      });
      for await (const entry of watchRequest(connect(options), requestId, stop.signal)) {
        const what = ['name', 'state', 'agent_id', 'step']
          .map((member) => entry.data[member])
          .filter((value) => typeof value === 'string');
        print(options, entry, `${entry.time}  ${entry.type}  ${what.join('  ')}`);
        if (entry.type.startsWith('coordinator.request.ended.')) return;
      }
    });

  withConnection(requests.command('cancel').argument('<request_id>').argument('<reason>'))
    .description('stop a request and its run')
    .action(async (requestId: string, reason: string, options: ConnectionOptions) => {
      const request = await connect(options).call(cancelRequestRoute, {
        params: { request_id: requestId },
        body: { reason },
      });
      print(options, request, `${request.request_id}  ${request.state}`);
    });

  const approvals = ymera.command('approvals').description('decide on gates');

  withConnection(approvals.command('list'))
    .description('what waits for a decision')
    .action(async (options: ConnectionOptions) => {
      const page = await connect(options).call(listApprovalsRoute, { query: { state: 'pending' } });
      print(
        options,
        page,
        table(
          page.items.map((approval) => [
            approval.approval_id,
            approval.kind,
            approval.requested_by,
            approval.expires_at,
          ]),
        ),
      );
    });

  withConnection(approvals.command('decide').argument('<approval_id>'))
    .description('say what becomes of work that was rejected too often')
    .addOption(
      new Option('--option <option>', 'one more round, a person goes on, or give up')
        .choices(escalationOption.options)
        .makeOptionMandatory(),
    )
    .option('--note <text>', 'what the next try should know, or why')
    .action(async (approvalId: string, options: ConnectionOptions & Choice) => {
      const api = connect(options);
      const params = { approval_id: approvalId };
      const { subject_digest } = await api.call(getApprovalRoute, { params });
      const reason = options.note === undefined ? {} : { reason: options.note };
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
