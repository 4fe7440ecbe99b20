import { uuidv7 } from '@ymera/kernel';
import {
  brokerGaveUp,
  record,
  recordRedelivery,
  replay,
  replayRefusal,
  type DeadLetterCause,
} from './dead-letter';
import { excerptOf, readableBody } from './readable-body';

const now = new Date('2026-01-10T00:00:00.000Z');
const dayMs = 86_400_000;
const later = (ms: number): Date => new Date(now.getTime() + ms);

const death: DeadLetterCause = {
  vhost: 'services',
  owner: 'integration',
  queue: 'integration.commands',
  messageId: uuidv7(now.getTime()),
  type: 'integration.land_change.v1',
  principalId: undefined,
  origin: { sender: 'svc-orchestrator', headers: {}, isAuthenticated: true },
  code: 'invalid_payload',
  reason: 'base: Invalid',
  traceparent: undefined,
  diedAt: now,
  size: 2,
  isTruncated: false,
};
const pending = record('id', death, now);
const replayed = replay(pending, 'grace', later(10));

describe('recordRedelivery', () => {
  it('ignores a repeated notice before a replay, however often and whenever it arrives', () => {
    expect(recordRedelivery(pending, death, later(5))).toBeUndefined();
    expect(recordRedelivery(pending, { ...death, diedAt: later(5) }, later(5))).toBeUndefined();
  });

  it('ignores a notice after a replay if it is about the same dead-lettering', () => {
    expect(recordRedelivery(replayed, death, later(20))).toBeUndefined();
  });

  it.each([
    ['later', { diedAt: later(20), code: 'still_wrong' }],
    ['by a clock that is behind', { diedAt: later(-20), code: 'still_wrong' }],
    ['in the same second, reported by the broker', { diedAt: now, code: brokerGaveUp }],
  ])('records another dead-lettering after a replay, %s', (_, different) => {
    expect(recordRedelivery(replayed, { ...death, ...different }, later(30))).toMatchObject({
      state: 'died_again',
      deaths: 2,
      code: different.code,
      replayedBy: 'grace',
      version: 3,
    });
  });
});

describe('replayRefusal', () => {
  const agents = {
    vhost: 'agents',
    owner: 'orchestrator',
    queue: 'orchestrator.results',
    principalId: 'runner-1',
  } as const;
  const event = { type: 'registry.agent.retired.v1', owner: 'reporting', queue: 'reporting.events' } as const;
  const unsigned = { sender: 'svc-registry', headers: {}, isAuthenticated: false };
  const refusal = (differing: Partial<DeadLetterCause>, at = now): string | undefined =>
    replayRefusal(record('id', { ...death, ...differing }, now), at, 7 * dayMs)?.code;

  it('allows a replay where queue and message id are known, and for results of agents', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ ...agents, messageId: undefined })).toBeUndefined();
  });

  it('allows a replay without its consumer’s word where we are the consumer, or one of the senders', () => {
    expect(refusal({ ...event, owner: 'orchestrator', origin: unsigned })).toBeUndefined();
    expect(refusal({ origin: undefined })).toBeUndefined();
  });

  it('allows another replay once the message is dead-lettered again', () => {
    const again = recordRedelivery(replayed, { ...death, diedAt: later(20) }, later(20));
    expect(again && replayRefusal(again, later(30), 7 * dayMs)).toBeUndefined();
    expect(replayRefusal(replayed, later(30), 7 * dayMs)?.code).toBe('dead_letter_replayed');
  });

  it.each([
    ['the queue is not known from a trusted source', { queue: undefined }],
    ['its consumer could not deduplicate it', { messageId: undefined }],
    ['it was not stored whole', { isTruncated: true }],
    ['it is a report', { ...agents, owner: 'reporting' as const, queue: 'reporting.reports.1' }],
    ['it is a hello', { ...agents, owner: 'registry' as const, queue: 'registry.hello' }],
    ['its sender was not validated', { ...agents, principalId: undefined }],
    ['its sender may not send it', { code: 'sender_not_allowed' }],
    ['its consumer has not authenticated its sender', { origin: unsigned }],
    ['it has no sender', { origin: { headers: {}, isAuthenticated: true } }],
    ['an earlier version stored it, and only its consumer knows the sender', { ...event, origin: undefined }],
  ])('refuses a replay where %s', (_, differing) => {
    expect(refusal(differing)).toBe('dead_letter_not_replayable');
  });

  it('refuses a replay when consumers no longer remember ids of that age', () => {
    expect(refusal({}, later(7 * dayMs))).toBeUndefined();
    expect(refusal({}, later(7 * dayMs + 1))).toBe('dead_letter_expired');
  });
});

describe('readableBody', () => {
  const redaction = {
    value: (value: unknown) => ({ ...(value as object), credential: 'hidden' }),
    text: (text: string) => text.replaceAll('ymk_secret', 'hidden'),
  };
  const read = (body: string | Buffer) => readableBody(Buffer.from(body as string), redaction);

  it('removes secrets from JSON and from other text', () => {
    expect(read('{"credential":"ymk_secret","a":1}').body).toBe('{"credential":"hidden","a":1}');
    expect(read('not json ymk_secret').body).toBe('not json hidden');
    expect(excerptOf(Buffer.from('{"credential":"ymk_secret"}'), redaction)).not.toContain('ymk_');
  });

  it('limits the body to 1 MiB, and says so', () => {
    const long = read(JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) }));
    expect([long.body.length, long.isTruncated]).toEqual([1024 * 1024, true]);
    expect(excerptOf(Buffer.from('y'.repeat(1000)), redaction)).toHaveLength(300);
  });

  it('gives base64 for what is not text', () => {
    expect(readableBody(Buffer.from([0xff, 0xfe]), redaction)).toEqual({
      body: '//4=',
      encoding: 'base64',
      isTruncated: false,
    });
  });
});
