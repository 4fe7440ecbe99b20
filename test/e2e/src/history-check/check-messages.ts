import type { Accepted } from './accepted';
import type { AuditRow, Effects } from './effects';
import { doubled, type Finding, groupBy, lost } from './finding';

/** Events that each ended request has exactly once. */
const once = ['coordinator.request.planned.', 'coordinator.request.ended.', 'orchestrator.workflow.started.'];

/** No message is left in an outbox, none was dead-lettered, and the audit log has each event once. */
export function checkMessages(
  accepted: Accepted,
  { outbox, deadLetters, audit, requests }: Effects,
): Finding[] {
  const planned = requests
    .filter(({ workflow_id }) => workflow_id !== null)
    .map(({ request_id }) => request_id);
  return [
    ...outbox.map(({ place, messages, types }) =>
      lost(`${messages} message(s) never left the outbox of ${place}: ${types.join(', ')}`),
    ),
    ...deadLetters.map(({ place, messages, types }) =>
      lost(`${messages} message(s) dead-lettered in ${place}: ${types.join(', ')}`),
    ),
    ...repeatedFacts(audit),
    ...countFacts(audit, planned),
    ...missingIssues(accepted, audit),
  ];
}

/** A repeated order is answered again: with the same answer, word for word. */
const answers = ['integration.change.', 'integration.landing.'];

/** Event ids are unique in the log itself; a transaction that ran twice shows as two events with one version of one aggregate. */
function repeatedFacts(audit: Effects['audit']): Finding[] {
  const facts = groupBy(
    audit,
    ({ source, subject, aggregate_version, type }) =>
      `${source} ${type} ${subject} version ${aggregate_version}`,
  );
  return [...facts]
    .filter(
      ([, said]) => (isAnswer(said) ? new Set(said.map((one) => one.data_digest)).size : said.length) > 1,
    )
    .map(([fact, said]) =>
      doubled(`${fact} was said ${said.length} times: ${said.map(({ event_id }) => event_id).join(', ')}`),
    );
}

const isAnswer = ([said]: readonly AuditRow[]): boolean =>
  answers.some((prefix) => said?.type.startsWith(prefix));

function countFacts(audit: Effects['audit'], requestIds: readonly string[]): Finding[] {
  const factsOf = groupBy(audit, ({ request_id }) => request_id ?? '');
  return requestIds.flatMap((requestId) => {
    const facts = factsOf.get(requestId) ?? [];
    return once.flatMap((type) => {
      const found = facts.filter((fact) => fact.type.startsWith(type)).length;
      if (found === 1) return [];
      return found === 0
        ? [lost(`request ${requestId}: ${type}* is not in the audit log`)]
        : [doubled(`request ${requestId}: ${type}* is ${found} times in the audit log`)];
    });
  });
}

/** Agents' issues are delivered at least once: a repetition is no separate effect. */
function missingIssues({ issues }: Accepted, audit: Effects['audit']): Finding[] {
  const messages = new Set(audit.flatMap(({ code }) => (code === null ? [] : [code])));
  return issues
    .filter(({ code }) => !messages.has(code))
    .map(({ agentId, code }) =>
      lost(`issue ${code} of ${agentId} was confirmed by the broker and never heard of again`),
    );
}
