import {
  cancelWorkflow,
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
import { createOriginKey, OriginAuthenticator } from '../origin';
import { readAgentMessage, readCommand, readEvent, senderOf, type IntakeFacts } from './intake';

const now = new Date('2026-03-01T12:00:00.000Z');
const day = 86_400_000;
const origins = new OriginAuthenticator('orchestrator', [createOriginKey()]);
const facts: IntakeFacts = {
  now,
  vhost: 'services',
  queue: 'orchestrator.commands',
  own: { service: 'orchestrator', user: 'svc-orchestrator' },
  origins,
  retentionMs: 7 * day,
};
const reporting = 'svc-reporting';
const coordinator = 'svc-coordinator';
const idAt = (time: number): string => uuidv7(time);

interface Changes {
  readonly headers?: Record<string, unknown>;
  readonly userId?: string;
  readonly messageId?: string | undefined;
  readonly body?: unknown;
}

function delivered(
  sent: Pick<OutgoingMessage, 'messageId' | 'type' | 'body' | 'headers'>,
  changes: Changes = {},
): Message {
  return {
    content: 'body' in changes ? Buffer.from(JSON.stringify(changes.body)) : sent.body,
    fields: { deliveryTag: 1, redelivered: false, exchange: 'x', routingKey: 'k' },
    properties: {
      messageId: 'messageId' in changes ? changes.messageId : sent.messageId,
      type: sent.type,
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

/** As we send it to our own queue again. */
const copyOf = (sent: OutgoingMessage, sender: string): OutgoingMessage =>
  origins.sign({
    ...sent,
    vhost: facts.vhost,
    exchange: '',
    routingKey: facts.queue,
    headers: { ...sent.headers, [headerNames.sender]: sender },
  });

describe('facts', () => {
  it('are read with envelope and trace', () => {
    const sent = event();
    expect(readEvent(livenessChanged, delivered(sent, { userId: reporting }), facts)).toEqual({
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
    expect(
      codeOf(readEvent(livenessChanged, delivered(event(), { userId: reporting, ...changes }), facts)),
    ).toBe(code);
  });

  it.each([
    ['a day', day, 'ok'],
    ['longer than inboxes remember', 7 * day + 1, 'message_id_outside_window'],
    ['minus a minute', -60_000, 'ok'],
    ['minus an hour', -3_600_000, 'message_id_outside_window'],
  ])('that are %s old are judged by their id', (_name, age, code) => {
    expect(
      codeOf(readEvent(livenessChanged, delivered(event(now.getTime() - age), { userId: reporting }), facts)),
    ).toBe(code);
  });

  it('are refused when the payload does not fit, with the place', () => {
    const sent = event();
    const envelope = JSON.parse(sent.body.toString()) as { data: { principal_id?: string } };
    delete envelope.data.principal_id;
    const read = readEvent(livenessChanged, delivered(sent, { userId: reporting, body: envelope }), facts);
    expect(read).toMatchObject({ ok: false, error: { code: 'invalid_payload' } });
    expect(read.ok ? '' : read.error.reason).toContain('principal_id');
  });
});

describe('orders', () => {
  it('carry the time of their id', () => {
    const made = now.getTime() - 5_000;
    expect(readCommand(resolveGate, delivered(order(made), { userId: coordinator }), facts)).toMatchObject({
      ok: true,
      value: { time: new Date(made), attempts: 1 },
    });
  });

  it('count attempts only where we counted ourselves', () => {
    const headers = { [headerNames.attempts]: 3 };
    const copy = copyOf(order(), coordinator);
    const read = (userId: string) => readCommand(resolveGate, delivered(copy, { headers, userId }), facts);
    expect(read('svc-orchestrator')).toMatchObject({ value: { attempts: 4 } });
    expect(read(coordinator)).toMatchObject({ value: { attempts: 1 } });
  });
});

describe('senders', () => {
  const of = (userId: string | undefined, message = order()) =>
    codeOf(
      readCommand(resolveGate, delivered(message, { ...(userId === undefined ? {} : { userId }) }), facts),
    );

  it.each([undefined, '', 'runner-1', 'svc-gateway', 'svc-orchestrator', 'svc-coordinator2', 'coordinator'])(
    'of an order are those of its contract, not "%s"',
    (userId) => {
      expect(of(userId)).toBe('sender_not_allowed');
    },
  );

  it('of a fact are its owner alone', () => {
    const read = (userId: string) =>
      codeOf(readEvent(livenessChanged, delivered(event(), { userId }), facts));
    expect([read(reporting), read(coordinator)]).toEqual(['ok', 'sender_not_allowed']);
  });

  it('of a copy are those of the message, also when another service brings it', () => {
    const copy = copyOf(order(), coordinator);
    expect([of('svc-orchestrator', copy), of('svc-gateway', copy)]).toEqual(['ok', 'ok']);
    expect(of('svc-orchestrator', copyOf(order(), 'svc-gateway'))).toBe('sender_not_allowed');
  });

  it.each([
    ['another sender', { headers: { [headerNames.sender]: coordinator } }],
    ['another exchange', { headers: { [headerNames.exchange]: 'x' } }],
    ['another routing key', { headers: { [headerNames.routingKey]: 'x' } }],
    ['another id', { messageId: idAt(now.getTime()) }],
    ['another body', { body: resolveGate.sample }],
    ['a MAC of nothing', { headers: { [headerNames.mac]: '' } }],
    ['a MAC that is no text', { headers: { [headerNames.mac]: { valueOf: 1 } } }],
  ])('of a copy with %s are unknown, and not the service that brings it', (_what, changes) => {
    const made = { ...order(), body: Buffer.from(JSON.stringify(cancelWorkflow.sample)) };
    const copy = copyOf(made, 'svc-reporting');
    const message = delivered(copy, { userId: 'svc-orchestrator', ...changes });
    expect(senderOf(message, facts)).toBeUndefined();
  });

  it('in a header without a MAC are not believed', () => {
    const headers = { [headerNames.sender]: coordinator };
    expect(senderOf(delivered(order(), { userId: 'svc-gateway', headers }), facts)).toBe('svc-gateway');
  });

  it.each([
    ['key', { origins: new OriginAuthenticator('orchestrator', [createOriginKey()]) }],
    ['queue', { queue: 'orchestrator.events' }],
    ['virtual host', { vhost: 'agents' as const }],
  ])('of a copy for another %s are unknown', (_what, other) => {
    const message = delivered(copyOf(order(), coordinator), { userId: 'svc-orchestrator' });
    expect(senderOf(message, facts)).toBe(coordinator);
    expect(senderOf(message, { ...facts, ...other })).toBeUndefined();
  });

  it('of copies from before a new key are believed by the older one', () => {
    const [older, newer] = [createOriginKey(), createOriginKey()];
    const copy = new OriginAuthenticator('orchestrator', [older]).sign({
      ...copyOf(order(), coordinator),
      headers: { [headerNames.sender]: coordinator },
    });
    const both = { ...facts, origins: new OriginAuthenticator('orchestrator', [newer, older]) };
    expect(senderOf(delivered(copy, { userId: 'svc-orchestrator' }), both)).toBe(coordinator);
  });
});

describe('messages from agents', () => {
  const read = (changes: Changes) => readAgentMessage(report, delivered(fromAgent(), changes), facts);

  it('are of the user that the broker has validated, whatever they say themselves', () => {
    const headers = { [headerNames.sender]: 'another-principal' };
    expect(read({ userId: 'runner-1', headers })).toMatchObject({
      value: { principalId: 'runner-1', time: now },
    });
  });

  it('keep their sender when we send them again', () => {
    const copy = copyOf(fromAgent(), 'runner-1');
    const again = delivered(copy, { userId: 'svc-orchestrator', headers: { [headerNames.attempts]: 1 } });
    expect(readAgentMessage(report, again, facts)).toMatchObject({
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
