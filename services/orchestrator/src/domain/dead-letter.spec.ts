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
  code: 'invalid_payload',
  reason: 'base: Invalid',
  traceparent: undefined,
  diedAt: now,
  size: 2,
  isTruncated: false,
};
const pending = record('id', death, now);
const replayed = replay(pending, 'grace', later(10));

describe('a death told once more', () => {
  it('is nothing new before a replay, however often and whenever it is told', () => {
    expect(recordRedelivery(pending, death, later(5))).toBeUndefined();
    expect(recordRedelivery(pending, { ...death, diedAt: later(5) }, later(5))).toBeUndefined();
  });

  it('is nothing new after a replay when it is the same death', () => {
    expect(recordRedelivery(replayed, death, later(20))).toBeUndefined();
  });

  it.each([
    ['later', { diedAt: later(20), code: 'still_wrong' }],
    ['by a clock that is behind', { diedAt: later(-20), code: 'still_wrong' }],
    ['in the same second, told by the broker', { diedAt: now, code: brokerGaveUp }],
  ])('is another one after a replay, %s', (_, different) => {
    expect(recordRedelivery(replayed, { ...death, ...different }, later(30))).toMatchObject({
      state: 'died_again',
      deaths: 2,
      code: different.code,
      replayedBy: 'grace',
      version: 3,
    });
  });
});

describe('a replay', () => {
  const agents = {
    vhost: 'agents',
    owner: 'orchestrator',
    queue: 'orchestrator.results',
    principalId: 'runner-1',
  } as const;
  const refusal = (differing: Partial<DeadLetterCause>, at = now): string | undefined =>
    replayRefusal(record('id', { ...death, ...differing }, now), at, 7 * dayMs)?.code;

  it('is possible where the queue and the id are known, and for results of agents', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ ...agents, messageId: undefined })).toBeUndefined();
  });

  it('is possible again once it has died again', () => {
    const again = recordRedelivery(replayed, { ...death, diedAt: later(20) }, later(20));
    expect(again && replayRefusal(again, later(30), 7 * dayMs)).toBeUndefined();
    expect(replayRefusal(replayed, later(30), 7 * dayMs)?.code).toBe('dead_letter_replayed');
  });

  it.each([
    ['nobody trustworthy names the queue', { queue: undefined }],
    ['its consumer could not tell that it takes it once', { messageId: undefined }],
    ['it was not kept whole', { isTruncated: true }],
    ['it is a report', { ...agents, owner: 'reporting' as const, queue: 'reporting.reports.1' }],
    ['it is a greeting', { ...agents, owner: 'registry' as const, queue: 'registry.hello' }],
    ['nobody knows which agent sent it', { ...agents, principalId: undefined }],
  ])('is refused where %s', (_, differing) => {
    expect(refusal(differing)).toBe('dead_letter_not_replayable');
  });

  it('is refused when consumers no longer remember ids of that age', () => {
    expect(refusal({}, later(7 * dayMs))).toBeUndefined();
    expect(refusal({}, later(7 * dayMs + 1))).toBe('dead_letter_expired');
  });
});

describe('a body for people', () => {
  const redaction = {
    value: (value: unknown) => ({ ...(value as object), credential: 'hidden' }),
    text: (text: string) => text.replaceAll('ymk_secret', 'hidden'),
  };
  const read = (body: string | Buffer) => readableBody(Buffer.from(body as string), redaction);

  it('is without secrets, be it JSON or not', () => {
    expect(read('{"credential":"ymk_secret","a":1}').body).toBe('{"credential":"hidden","a":1}');
    expect(read('not json ymk_secret').body).toBe('not json hidden');
    expect(excerptOf(Buffer.from('{"credential":"ymk_secret"}'), redaction)).not.toContain('ymk_');
  });

  it('is at most a mebibyte, and says so', () => {
    const long = read(JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) }));
    expect([long.body.length, long.isTruncated]).toEqual([1024 * 1024, true]);
    expect(excerptOf(Buffer.from('y'.repeat(1000)), redaction)).toHaveLength(300);
  });

  it('is base64 where it is no text', () => {
    expect(readableBody(Buffer.from([0xff, 0xfe]), redaction)).toEqual({
      body: '//4=',
      encoding: 'base64',
      isTruncated: false,
    });
  });
});
