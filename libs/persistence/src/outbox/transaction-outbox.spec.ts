import {
  agentRetired,
  cancelWorkflow,
  cloudEvent,
  livenessChanged,
  report,
  task,
  welcome,
} from '@ymera/contracts';
import { isUuidv7 } from '@ymera/kernel';
import { startTelemetry, withSpan } from '@ymera/observability';
import { FakeClock } from '@ymera/testing';
import { TransactionOutbox } from './transaction-outbox';

const clock = new FakeClock('2026-01-01T12:00:00.000Z');
const outboxOf = () => new TransactionOutbox('registry', clock);
const retired = { aggregateId: 'tester-1', aggregateVersion: 4, payload: agentRetired.sample };

async function rowOf(send: (outbox: TransactionOutbox) => Promise<void>) {
  const outbox = outboxOf();
  await send(outbox);
  const [row] = outbox.rows;
  if (!row) throw new Error('no row');
  return { ...row, json: JSON.parse(row.body.toString()) as Record<string, unknown> };
}

const largeFinding = { code: 'x', severity: 'info', message: 'm'.repeat(2000) } as const;

describe('TransactionOutbox', () => {
  it('wraps a fact as a CloudEvent that carries the version of its aggregate', async () => {
    const row = await rowOf((outbox) => outbox.event(agentRetired, retired));
    expect(isUuidv7(row.id)).toBe(true);
    expect(row).toMatchObject({
      kind: 'event',
      messageId: row.id,
      vhost: 'services',
      exchange: 'ymera.events',
      routingKey: 'registry.agent.retired.v1',
      type: 'registry.agent.retired.v1',
    });
    expect(cloudEvent.parse(row.json)).toEqual({
      specversion: '1.0',
      id: row.id,
      source: '/ymera/registry',
      type: 'registry.agent.retired.v1',
      subject: 'tester-1',
      time: '2026-01-01T12:00:00.000Z',
      datacontenttype: 'application/json',
      data: { ...agentRetired.sample, aggregate_version: 4 },
    });
  });

  it('sends an order to the commands of its owner', async () => {
    const row = await rowOf((outbox) => outbox.command(cancelWorkflow, cancelWorkflow.sample));
    expect(row).toMatchObject({
      kind: 'command',
      exchange: 'ymera.commands.v2',
      routingKey: cancelWorkflow.key,
    });
    expect(row.json).toEqual(cancelWorkflow.sample);
  });

  it('sends a message to a principal’s own queue on the agents’ virtual host', async () => {
    const row = await rowOf((outbox) => outbox.toAgent(welcome, 'runner-1', welcome.sample));
    expect(row).toMatchObject({
      kind: 'agent_message',
      vhost: 'agents',
      exchange: 'agents.out',
      routingKey: 'runner-1',
      type: 'welcome',
    });
    expect(row.json).toEqual(welcome.sample);
  });

  it('takes the trace of the moment along', async () => {
    const telemetry = await startTelemetry({ service: 'registry', version: '0' });
    try {
      const { row, traceId } = await withSpan('request', {}, async (span) => ({
        row: await rowOf((outbox) => outbox.event(agentRetired, retired)),
        traceId: span.spanContext().traceId,
      }));
      expect(row.headers['traceparent']).toContain(traceId);
    } finally {
      await telemetry.shutdown();
    }
  });

  it.each([
    [
      'a payload that breaks its contract',
      'payload_invalid',
      (outbox: TransactionOutbox) =>
        outbox.event(agentRetired, { ...retired, payload: { ...agentRetired.sample, agent_id: '' } }),
    ],
    [
      'an aggregate version that is none',
      'payload_invalid',
      (outbox: TransactionOutbox) => outbox.event(agentRetired, { ...retired, aggregateVersion: 0 }),
    ],
    [
      'a fact of another service',
      'message_not_owned',
      (outbox: TransactionOutbox) =>
        outbox.event(livenessChanged, { ...retired, payload: livenessChanged.sample }),
    ],
    [
      'a message that only agents send',
      'message_not_owned',
      (outbox: TransactionOutbox) => outbox.toAgent(report, 'runner-1', report.sample),
    ],
    [
      'a body beyond the limit of the agent protocol',
      'message_too_large',
      (outbox: TransactionOutbox) =>
        outbox.toAgent(task, 'runner-1', {
          ...task.sample,
          input: {
            ...task.sample.input,
            request_text: '\u0001'.repeat(20_000),
            findings: Array.from({ length: 500 }, () => largeFinding),
          },
        }),
    ],
  ] as const)('refuses %s before the commit', async (_, code, send) => {
    const outbox = outboxOf();
    await expect(send(outbox)).rejects.toMatchObject({ failure: { retryable: false } });
    await expect(send(outbox)).rejects.toMatchObject({ failure: { code } });
    expect(outbox.rows).toEqual([]);
  });
});
