import {
  agentRetired,
  enforcementChanged,
  events,
  subscriptions,
  workflowEscalated,
  gateClosed,
  gateClosedV1,
  projectSynced,
  type EventContract,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { alertFact, alertingEvents } from './alert';

const factOf = (contract: EventContract, payload: unknown = contract.sample, aggregateVersion = 3) =>
  alertFact({
    id: uuidv7(),
    type: contract.key,
    time: new Date(0),
    payload,
    aggregateId: 'aggregate',
    aggregateVersion,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  });

it('uses only events that the gateway subscribes to', () => {
  const messages = subscriptions.gateway.map(({ key }) => key);
  expect(alertingEvents.filter((key) => !messages.includes(key))).toEqual([]);
});

it('derives a subject from every declared event and from no other', () => {
  for (const event of events)
    expect([event.key, factOf(event)?.subject !== undefined]).toEqual([
      event.key,
      alertingEvents.includes(event.key),
    ]);
});

it.each([
  ['warned', undefined],
  ['suspended', 'warning'],
  ['frozen', 'critical'],
  ['none', undefined],
] as const)('raises for an agent that is now %s the severity %s', (to, severity) => {
  const fact = factOf(enforcementChanged, { ...(enforcementChanged.sample as object), to });
  expect(fact).toMatchObject({
    subject: 'enforcement tester-1',
    version: 3,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  });
  expect(fact?.alarm?.severity).toBe(severity);
});

it('resolves the alert of a retired agent for good', () => {
  const retired = factOf(agentRetired);
  const frozen = factOf(
    enforcementChanged,
    { ...(enforcementChanged.sample as object), to: 'frozen' },
    2_000,
  );
  expect(retired).toMatchObject({ subject: frozen?.subject, alarm: undefined });
  expect(retired?.version).toBeGreaterThan(frozen?.version ?? Infinity);
});

it.each([gateClosed, gateClosedV1])('resolves an escalation when its gate closes', (closed) => {
  const gate = {
    ...(closed.sample as object),
    gate_id: (workflowEscalated.sample as { gate_id: string }).gate_id,
  };
  expect(factOf(closed, gate)?.subject).toBe(factOf(workflowEscalated)?.subject);
});

it.each([
  ['diverged', 'off', 'project_diverged'],
  ['diverged', 'branch', 'project_diverged'],
  ['unreachable', 'branch', 'upstream_unreachable'],
  ['unreachable', 'off', undefined],
  ['ahead', 'branch', undefined],
  ['in_step', 'off', undefined],
] as const)('raises for an upstream that is %s, with push %s, the alert %s', (state, push, kind) => {
  const fact = factOf(projectSynced, { ...(projectSynced.sample as object), state, push });
  expect([fact?.subject, fact?.alarm?.kind]).toEqual(['upstream sample', kind]);
});
