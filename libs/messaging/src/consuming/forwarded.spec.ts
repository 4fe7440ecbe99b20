import { isUuidv7, uuidv7 } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import { headerNames } from '../headers';
import { createOriginKey, OriginAuthenticator } from '../origin';
import { deadLetterOf, delayedOf, type Place } from './forwarded';

const now = new Date('2026-03-01T12:00:00.000Z');
const origins = new OriginAuthenticator('orchestrator', [createOriginKey()]);
const place: Place = {
  facts: {
    now,
    vhost: 'agents',
    queue: 'orchestrator.results',
    own: { service: 'orchestrator', user: 'svc-orchestrator' },
    origins,
    retentionMs: 1,
  },
  maxBodyBytes: 100,
};

const message = (
  changes: { userId?: string; exchange?: string; headers?: object; messageId?: string } = {},
) =>
  ({
    content: Buffer.from('{}'),
    fields: { exchange: changes.exchange ?? 'agents.in', routingKey: 'result.3.runner-1' },
    properties: {
      type: 'progress',
      messageId: changes.messageId,
      userId: changes.userId ?? 'runner-1',
      headers: changes.headers ?? {},
    },
  }) as ConsumeMessage;

it('keeps sender, origin and trace of a message that comes back, and counts', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const delayed = delayedOf(message({ headers: { traceparent, 'x-mine': 'anything' } }), place, 2_000);
  expect(delayed).toMatchObject({ queue: 'orchestrator.results', vhost: 'agents', type: 'progress' });
  expect(delayed.retryAt).toEqual(new Date(now.getTime() + 2_000));
  expect(delayed.headers).toEqual({
    [headerNames.exchange]: 'agents.in',
    [headerNames.routingKey]: 'result.3.runner-1',
    [headerNames.sender]: 'runner-1',
    [headerNames.attempts]: 1,
    traceparent,
  });
});

it('remembers the first origin over several retries', () => {
  const first = delayedOf(message(), place, 1);
  const { headers } = origins.sign({ ...first, exchange: '', routingKey: first.queue });
  const again = message({
    userId: 'svc-orchestrator',
    exchange: '',
    messageId: first.messageId,
    headers: { ...headers },
  });
  const second = delayedOf(again, place, 1);
  expect(second.headers).toEqual({ ...first.headers, [headerNames.attempts]: 2 });
});

it('believes no stranger about origin, sender and attempts', () => {
  const forged = {
    [headerNames.exchange]: 'ymera.events',
    [headerNames.sender]: 'admin',
    [headerNames.attempts]: 7,
  };
  expect(delayedOf(message({ headers: forged }), place, 1).headers).toEqual({
    [headerNames.exchange]: 'agents.in',
    [headerNames.routingKey]: 'result.3.runner-1',
    [headerNames.sender]: 'runner-1',
    [headerNames.attempts]: 1,
  });
});

it('keeps our own ids and replaces others', () => {
  const id = uuidv7();
  expect(delayedOf(message({ messageId: id }), place, 1).messageId).toBe(id);
  expect(isUuidv7(delayedOf(message({ messageId: 'mine' }), place, 1).messageId)).toBe(true);
});

it('says why a message is dead, at most at some length', () => {
  const { letter } = deadLetterOf(message(), place, { code: 'invalid_payload', reason: 'x'.repeat(5_000) });
  expect(letter).toMatchObject({ exchange: 'agents.dead', routingKey: 'orchestrator' });
  expect(letter.headers).toMatchObject({
    [headerNames.code]: 'invalid_payload',
    [headerNames.reason]: 'x'.repeat(1_000),
    [headerNames.queue]: 'orchestrator.results',
    [headerNames.deadAt]: now.toISOString(),
  });
});
