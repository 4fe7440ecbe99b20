import {
  commandMessage,
  eventMessage,
  livenessChanged,
  report,
  resolveGate,
  type OutgoingMessage,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Message } from 'amqplib';
import { headerNames } from '../headers';
import { readAgentMessage, readCommand, readEvent, type IntakeFacts } from './intake';

const now = new Date('2026-03-01T12:00:00.000Z');
const day = 86_400_000;
const facts: IntakeFacts = { now, ownUser: 'svc-reporting', retentionMs: 7 * day };
const idAt = (time: number): string => uuidv7(time);

interface Changes {
  readonly headers?: Record<string, unknown>;
  readonly userId?: string;
  readonly messageId?: string | undefined;
  readonly body?: unknown;
}

function delivered(
  sent: Pick<OutgoingMessage, 'messageId' | 'body' | 'headers'>,
  changes: Changes = {},
): Message {
  return {
    content: 'body' in changes ? Buffer.from(JSON.stringify(changes.body)) : sent.body,
    fields: { deliveryTag: 1, redelivered: false, exchange: 'x', routingKey: 'k' },
    properties: {
      messageId: 'messageId' in changes ? changes.messageId : sent.messageId,
      userId: changes.userId,
      headers: { ...sent.headers, ...changes.headers },
    },
  } as Message;
}

const event = (time = now.getTime()): OutgoingMessage =>
  eventMessage(
    livenessChanged,
    { aggregateId: 'tester-1', aggregateVersion: 4, payload: livenessChanged.sample },
    {
      id: idAt(time),
      time: now,
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' },
    },
  );
const order = (time = now.getTime()): OutgoingMessage =>
  commandMessage(resolveGate, resolveGate.sample, { id: idAt(time), time: now });
const fromAgent = (): OutgoingMessage => ({ ...order(), body: Buffer.from(JSON.stringify(report.sample)) });

const codeOf = (intake: ReturnType<typeof readEvent>): string => (intake.ok ? 'ok' : intake.error.code);

describe('facts', () => {
  it('are read with envelope and trace', () => {
    const sent = event();
    expect(readEvent(livenessChanged, delivered(sent), facts)).toEqual({
      ok: true,
      value: {
        id: sent.messageId,
        type: livenessChanged.key,
        payload: livenessChanged.sample,
        aggregateId: 'tester-1',
        aggregateVersion: 4,
        time: now,
        attempts: 1,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
      },
    });
  });

  it.each([
    ['no id', { messageId: undefined }, 'message_id_invalid'],
    ['an id that is not ours', { messageId: '3f333df6-90a4-4fda-8dd3-9485d27cee36' }, 'message_id_invalid'],
    ['another envelope', { messageId: idAt(now.getTime()) }, 'invalid_payload'],
    ['a body that is no envelope', { body: { hello: 1 } }, 'invalid_payload'],
  ])('are refused with %s', (_name, changes, code) => {
    expect(codeOf(readEvent(livenessChanged, delivered(event(), changes), facts))).toBe(code);
  });

  it.each([
    ['a day', day, 'ok'],
    ['longer than inboxes remember', 7 * day + 1, 'message_id_outside_window'],
    ['minus a minute', -60_000, 'ok'],
    ['minus an hour', -3_600_000, 'message_id_outside_window'],
  ])('that are %s old are judged by their id', (_name, age, code) => {
    expect(codeOf(readEvent(livenessChanged, delivered(event(now.getTime() - age)), facts))).toBe(code);
  });

  it('are refused when the payload does not fit, with the place', () => {
    const sent = event();
    const envelope = JSON.parse(sent.body.toString()) as { data: { principal_id?: string } };
    delete envelope.data.principal_id;
    const read = readEvent(livenessChanged, delivered(sent, { body: envelope }), facts);
    expect(read).toMatchObject({ ok: false, error: { code: 'invalid_payload' } });
    expect(read.ok ? '' : read.error.reason).toContain('principal_id');
  });
});

describe('orders', () => {
  it('carry the time of their id', () => {
    const made = now.getTime() - 5_000;
    expect(readCommand(resolveGate, delivered(order(made)), facts)).toMatchObject({
      ok: true,
      value: { time: new Date(made), attempts: 1 },
    });
  });

  it('count attempts only where we counted ourselves', () => {
    const headers = { [headerNames.attempts]: 3 };
    const read = (userId: string) => readCommand(resolveGate, delivered(order(), { headers, userId }), facts);
    expect(read('svc-reporting')).toMatchObject({ value: { attempts: 4 } });
    expect(read('svc-gateway')).toMatchObject({ value: { attempts: 1 } });
  });
});

describe('messages from agents', () => {
  const read = (changes: Changes) => readAgentMessage(report, delivered(fromAgent(), changes), facts);

  it('are of the user that the broker has validated, whatever they say themselves', () => {
    const headers = { [headerNames.principal]: 'another-principal' };
    expect(read({ userId: 'runner-1', headers })).toMatchObject({
      value: { principalId: 'runner-1', time: now },
    });
  });

  it('keep their sender when we send them again', () => {
    const headers = { [headerNames.principal]: 'runner-1', [headerNames.attempts]: 1 };
    expect(read({ userId: 'svc-reporting', headers })).toMatchObject({
      value: { principalId: 'runner-1', attempts: 2 },
    });
  });

  it('are refused without a user', () => {
    expect(codeOf(read({}))).toBe('identity_missing');
  });

  it('need no id, and an id of theirs is only a label', () => {
    expect(read({ userId: 'runner-1', messageId: undefined }).ok).toBe(true);
    expect(read({ userId: 'runner-1', messageId: 'x'.repeat(5_000) })).toMatchObject({
      value: { id: 'x'.repeat(64) },
    });
  });
});
