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

it('is about events that the gateway hears', () => {
  const messages = subscriptions.gateway.map(({ key }) => key);
  expect(alertingEvents.filter((key) => !messages.includes(key))).toEqual([]);
});

it('leads from every event it knows to a subject, and from others to nothing', () => {
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
] as const)('for an agent that is now %s: %s', (to, severity) => {
  const fact = factOf(enforcementChanged, { ...(enforcementChanged.sample as object), to });
  expect(fact).toMatchObject({
    subject: 'enforcement tester-1',
    version: 3,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  });
  expect(fact?.alarm?.severity).toBe(severity);
});

it('ends with the agent, whatever is heard of it afterwards', () => {
  const retired = factOf(agentRetired);
  const frozen = factOf(
    enforcementChanged,
    { ...(enforcementChanged.sample as object), to: 'frozen' },
    2_000,
  );
  expect(retired).toMatchObject({ subject: frozen?.subject, alarm: undefined });
  expect(retired?.version).toBeGreaterThan(frozen?.version ?? Infinity);
});

it.each([gateClosed, gateClosedV1])('ends an escalation with the gate that was opened for it', (closed) => {
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
] as const)('for a project whose upstream is %s, with push %s: %s', (state, push, kind) => {
  const fact = factOf(projectSynced, { ...(projectSynced.sample as object), state, push });
  expect([fact?.subject, fact?.alarm?.kind]).toEqual(['upstream sample', kind]);
});
