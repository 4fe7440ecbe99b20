import {
  answerRequestRoute,
  cancelRequestRoute,
  getRequestRoute,
  getWorkflowRoute,
  listRequestsRoute,
  type RequestResource,
  submitRequestRoute,
  type WorkflowResource,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client';
import type { FeedEntry } from '../api/feed-entry';
import { type Connection, watchRequest } from '../api/watch-request';
import { interrupted, interruption } from '../interruption';
import { columnsOf } from '../terminal/layout';
import { backWords, lostWords } from '../words/connection';
import { type OpenQuestion, openQuestionLines, openQuestionOf } from '../words/open-question';
import { noteLines, takeBackLines } from '../words/notes';
import { unfinishedLines } from '../words/unfinished';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { type ListOptions, printList, withList } from './list';
import { print, table } from './print';

const watchCodes = `
Exit codes:
  0    the request is completed
  1    it failed or was canceled; the last lines say why
  130  interrupted while it went on`;

const onStandardError: Connection = {
  lost: (giveUpMs) => {
    process.stderr.write(`${lostWords(giveUpMs)}\n`);
  },
  back: () => {
    process.stderr.write(`${backWords}\n`);
  },
};

async function requestWithRun(
  api: ApiClient,
  requestId: string,
): Promise<{ request: RequestResource; workflow: WorkflowResource | null }> {
  const request = await api.call(getRequestRoute, { params: { request_id: requestId } });
  const workflow =
    request.workflow_id === null
      ? null
      : await api.call(getWorkflowRoute, { params: { workflow_id: request.workflow_id } });
  return { request, workflow };
}

const questionLines = (open: OpenQuestion | null): string[] =>
  openQuestionLines(open, columnsOf(process.stdout));

/** The stream also contains questions of the past: only an open one can be answered. */
async function askedIn(
  api: ApiClient,
  requestId: string,
  { type }: FeedEntry,
  options: ConnectionOptions,
): Promise<{ readonly open_question?: OpenQuestion | null }> {
  if (!type.startsWith('coordinator.request.questioned.')) return {};
  const request = await api.call(getRequestRoute, { params: { request_id: requestId } });
  return { open_question: openQuestionOf(request, options) };
}

/** The state of a request after its submission or an answer; an open question must be answered first. */
function tellAccepted(options: ConnectionOptions, request: RequestResource): void {
  const open = openQuestionOf(request, options);
  const about = [request.request_id, request.state, request.intent ?? ''].join('  ').trimEnd();
  print(
    options,
    { ...request, open_question: open },
    [about, ...noteLines(request), ...questionLines(open)].join('\n'),
  );
  if (open) process.exitCode = 2;
}

/** A request that ended so long ago that its history is no longer kept. */
async function tellEnded(api: ApiClient, requestId: string, options: ConnectionOptions): Promise<void> {
  const { request, workflow } = await requestWithRun(api, requestId);
  if (request.state !== 'completed') process.exitCode = 1;
  const words = [`${request.ended_at}  ${request.state}`, ...unfinishedLines(request, workflow)];
  print(options, request, words.join('\n'));
}

/** Commands that submit and watch requests. */
export function addRequestCommands(ymera: Command): void {
  const requests = ymera.command('requests').description('submit and watch requests');

  withConnection(requests.command('submit').argument('<project>').argument('<text>'))
    .description('submit a request in your own words')
    .action(async (projectId: string, text: string, options: ConnectionOptions) => {
      const request = await connect(options).call(submitRequestRoute, {
        body: { project_id: projectId, text },
        idempotencyKey: uuidv7(),
      });
      tellAccepted(options, request);
    });

  withConnection(requests.command('answer').argument('<request_id>').argument('<text>'))
    .description('answer the open question of a request')
    .action(async (requestId: string, answer: string, options: ConnectionOptions) => {
      const request = await connect(options).call(answerRequestRoute, {
        params: { request_id: requestId },
        body: { answer },
      });
      tellAccepted(options, request);
    });

  withList(requests.command('list'))
    .description('the newest requests')
    .action(async (options: ListOptions) => {
      const api = connect(options);
      await printList(
        options,
        'no requests',
        (query) => api.call(listRequestsRoute, { query }),
        ({ request_id, state, intent, text }) => [request_id, state, intent ?? '', text.slice(0, 60)],
      );
    });

  withConnection(requests.command('show').argument('<request_id>'))
    .description('one request with its steps')
    .action(async (requestId: string, options: ConnectionOptions) => {
      const { request, workflow } = await requestWithRun(connect(options), requestId);
      const open = openQuestionOf(request, options);
      const steps = (workflow?.steps ?? []).map((step) => [
        step.name,
        step.state,
        step.agent_id ?? '',
        `${step.attempts}`,
      ]);
      const words = [
        `${request.state}  ${request.text}`,
        ...(steps.length > 0 ? [table(steps)] : []),
        ...noteLines(request),
        ...unfinishedLines(request, workflow),
        ...takeBackLines(workflow),
        ...questionLines(open),
      ];
      print(options, { request, workflow, open_question: open }, words.join('\n'));
    });

  withConnection(requests.command('watch').argument('<request_id>'))
    .description('events of a request until it ends')
    .addHelpText('after', watchCodes)
    .action(async (requestId: string, options: ConnectionOptions) => {
      const api = connect(options);
      const signal = interruption();
      for await (const entry of watchRequest(api, requestId, signal, onStandardError)) {
        const what = ['name', 'kind', 'state', 'approval_id', 'agent_id', 'step', 'reason']
          .map((member) => entry.data[member])
          .filter((value) => typeof value === 'string');
        const asked = await askedIn(api, requestId, entry, options);
        print(
          options,
          { ...entry, ...asked },
          [
            `${entry.time}  ${entry.type}  ${what.join('  ')}`,
            ...questionLines(asked.open_question ?? null),
          ].join('\n'),
        );
        if (!entry.type.startsWith('coordinator.request.ended.')) continue;
        if (entry.data['state'] === 'completed') return;
        process.exitCode = 1;
        // The last line of JSON stays the end of the request, which has its error.
        if (options.json) return;
        const { request, workflow } = await requestWithRun(api, requestId);
        for (const line of unfinishedLines(request, workflow)) print(options, undefined, line);
        return;
      }
      if (signal.aborted) throw interrupted('Interrupted; the request continues.');
      await tellEnded(api, requestId, options);
    });

  withConnection(requests.command('cancel').argument('<request_id>').argument('<reason>'))
    .description('cancel a request and its workflow')
    .action(async (requestId: string, reason: string, options: ConnectionOptions) => {
      const request = await connect(options).call(cancelRequestRoute, {
        params: { request_id: requestId },
        body: { reason },
      });
      print(options, request, `${request.request_id}  ${request.state}`);
    });
}
