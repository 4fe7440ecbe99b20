import {
  agentRetired,
  deadLetterRecorded,
  deadLetterReplayed,
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
import { alertFacts, alertingEvents } from './alert';

const factOf = (contract: EventContract, payload: unknown = contract.sample, aggregateVersion = 3) =>
  alertFacts({
    id: uuidv7(),
    type: contract.key,
    time: new Date(0),
    payload,
    aggregateId: 'aggregate',
    aggregateVersion,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  })[0];

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

describe('dead letters', () => {
  const time = '2026-01-01T00:00:00.000Z';
  const cause = (version: number, waiting: number) => ({
    cause_id: 'c'.repeat(64),
    version,
    waiting,
    ...(waiting > 0 && { first_died_at: time, last_died_at: time, kept_until: '2026-01-31T00:00:00.000Z' }),
  });
  const facts = (contract: EventContract, payload: object) =>
    alertFacts({
      id: uuidv7(),
      type: contract.key,
      time: new Date(time),
      payload: { ...(contract.sample as object), ...payload },
      aggregateId: 'letter',
      aggregateVersion: 1,
    });

  it('of one cause are one subject, ordered by the version of the cause', () => {
    const [one] = facts(deadLetterRecorded, { cause: cause(1, 1) });
    expect(one).toMatchObject({
      subject: `dead letters ${'c'.repeat(64)}`,
      version: 1,
      alarm: { link: expect.stringMatching(/^\/api\/v1\/dead-letters\/[0-9a-f-]+$/) },
      occurrences: { count: 1, first_at: time, last_at: time },
      expiresAt: new Date('2026-01-31T00:00:00.000Z'),
    });
    const [many] = facts(deadLetterRecorded, { cause: cause(7, 240) });
    expect(many).toMatchObject({
      subject: one?.subject,
      version: 7,
      alarm: {
        title: expect.stringContaining('240 dead-lettered messages for integration'),
        link: '/api/v1/dead-letters?owner=integration&code=invalid_payload&queue=integration.commands',
      },
    });
  });

  it('that were replayed are counted off their cause, and resolve the alert of one letter of before', () => {
    const [before, one] = facts(deadLetterReplayed, { cause: cause(3, 1) });
    expect(before).toMatchObject({ subject: expect.stringMatching(/^dead letter [0-9a-f-]+$/), version: 1 });
    expect(before?.alarm).toBeUndefined();
    expect(one).toMatchObject({ version: 3, occurrences: { count: 1 } });
    const [, none] = facts(deadLetterReplayed, { cause: cause(4, 0) });
    expect(none).toMatchObject({ version: 4, alarm: undefined });
    expect(none?.occurrences).toBeUndefined();
  });

  it('of an orchestrator of before are a subject each, which ends by itself', () => {
    const [fact, ...others] = facts(deadLetterRecorded, {});
    expect(others).toEqual([]);
    expect(fact).toMatchObject({
      subject: expect.stringMatching(/^dead letter [0-9a-f-]+$/),
      expiresAt: new Date('2026-04-01T00:00:00.000Z'),
    });
    expect(facts(deadLetterReplayed, {})).toMatchObject([{ subject: fact?.subject, alarm: undefined }]);
  });
});
