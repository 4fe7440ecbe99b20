import type { Accepted } from './accepted';
import type { Effects, RequestRow } from './effects';
import { doubled, type Finding, groupBy, lost } from './finding';

const ended = new Set(['completed', 'failed', 'canceled']);

/** One row and one workflow for each accepted request, with the same end; none for requests that were not accepted. */
export function checkRequests(accepted: Accepted, { requests, workflows }: Effects): Finding[] {
  const rows = groupBy(requests, (row) => row.request_id);
  const runs = groupBy(workflows, (run) => run.request_id);
  const known = new Set(accepted.requests.map(({ requestId }) => requestId));
  const missing = accepted.requests.filter(({ requestId }) => !rows.has(requestId));
  const strangers = requests.filter(({ request_id }) => !known.has(request_id));
  const ghosts = workflows.filter(({ request_id }) => !known.has(request_id));
  return [
    ...missing.map(({ requestId, idempotencyKey }) =>
      lost(`request ${requestId} (key ${idempotencyKey}) was accepted and has no row`),
    ),
    ...strangers.map(({ request_id, state }) =>
      doubled(`request ${request_id} (${state}) exists and was never accepted`),
    ),
    ...ghosts.map(({ workflow_id, request_id }) =>
      doubled(`workflow ${workflow_id} runs for request ${request_id}, which was never accepted`),
    ),
    ...requests
      .filter(({ request_id }) => known.has(request_id))
      .flatMap((request) => checkRun(request, runs.get(request.request_id) ?? [])),
  ];
}

function checkRun({ request_id, state, workflow_id }: RequestRow, runs: Effects['workflows']): Finding[] {
  const name = `request ${request_id}`;
  if (!ended.has(state)) return [lost(`${name} never ended: it is ${state}`)];
  if (workflow_id === null)
    return runs.map((run) => doubled(`${name} has no run, yet ${run.workflow_id} runs for it`));
  const own = runs.filter((run) => run.workflow_id === workflow_id);
  return [
    ...(own.length === 0 ? [lost(`${name}: its workflow ${workflow_id} does not exist`)] : []),
    ...own
      .filter((run) => run.state !== state)
      .map((run) => lost(`${name} is ${state}, its workflow ${workflow_id} is ${run.state}`)),
    ...(runs.length > 1
      ? [doubled(`${name} has ${runs.length} workflows: ${runs.map((run) => run.workflow_id).join(', ')}`)]
      : []),
  ];
}

/** An accepted decision is stored and reached its gate, once; an accepted cancel ended its request. */
export function checkOrders(accepted: Accepted, { approvals, gateDecisions, requests }: Effects): Finding[] {
  const byId = new Map(approvals.map((row) => [row.approval_id, row]));
  const requestById = new Map(requests.map((row) => [row.request_id, row]));
  const decisionsOf = groupBy(gateDecisions, (row) => row.gate_id);
  const findings: Finding[] = [];
  for (const { approvalId, decision } of accepted.decisions) {
    const row = byId.get(approvalId);
    const sent = row ? (decisionsOf.get(row.gate_id) ?? []) : [];
    if (row?.state !== decision)
      findings.push(
        lost(`decision "${decision}" on approval ${approvalId} was accepted; it is ${row?.state ?? 'gone'}`),
      );
    else if (!sent.some((one) => one.approval_id === approvalId && one.decision === decision))
      findings.push(
        lost(`decision "${decision}" on approval ${approvalId} never reached gate ${row.gate_id}`),
      );
  }
  for (const [gate, sent] of decisionsOf)
    if (sent.length > 1)
      findings.push(
        doubled(
          `gate ${gate} was decided ${sent.length} times: ${sent.map((one) => one.approval_id).join(', ')}`,
        ),
      );
  for (const { requestId, isOnlyEnd } of accepted.cancels) {
    const state = requestById.get(requestId)?.state ?? 'gone';
    if (isOnlyEnd && state !== 'canceled')
      findings.push(lost(`the cancel of request ${requestId} was accepted; it is ${state}`));
  }
  return findings;
}
