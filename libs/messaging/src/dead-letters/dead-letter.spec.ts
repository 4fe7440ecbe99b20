import { sha256Hex, uuidv7 } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import { headerNames } from '../headers';
import { readDeadLetter, storableVersions } from './dead-letter';

const id = uuidv7();
const body = Buffer.from('{}');

const message = (
  userId: string | undefined,
  headers: Readonly<Record<string, unknown>>,
  messageId: unknown = id,
): ConsumeMessage =>
  ({
    content: body,
    fields: {},
    properties: { userId, headers, messageId, type: 'result' },
  }) as ConsumeMessage;

const results = { vhost: 'agents', owner: 'orchestrator' } as const;
const commands = { vhost: 'services', owner: 'integration' } as const;
const own = { service: 'orchestrator', user: 'svc-orchestrator' } as const;

const ours = {
  [headerNames.code]: 'invalid_payload',
  [headerNames.reason]: 'progress: Invalid',
  [headerNames.queue]: 'orchestrator.results',
  [headerNames.sender]: 'runner-1',
  [headerNames.mac]: 'made by it',
  [headerNames.deadAt]: '2026-01-01T00:00:00.250Z',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};
const brokers = (queue: string) => ({
  'x-death': [
    { reason: 'delivery_limit', queue, time: { '!': 'timestamp', value: 1_767_225_600 }, count: 1 },
    { reason: 'expired', queue: 'older', time: { '!': 'timestamp', value: 1 }, count: 1 },
  ],
});

it('takes from its owner why and where it died', () => {
  expect(readDeadLetter(message('svc-orchestrator', ours), results, own)).toEqual({
    vhost: 'agents',
    owner: 'orchestrator',
    queue: 'orchestrator.results',
    messageId: id,
    type: 'result',
    principalId: 'runner-1',
    code: 'invalid_payload',
    reason: 'progress: Invalid',
    diedAt: new Date('2026-01-01T00:00:00.250Z'),
    traceparent: ours.traceparent,
    origin: {
      sender: 'runner-1',
      headers: { [headerNames.sender]: 'runner-1', [headerNames.mac]: 'made by it' },
      isAuthenticated: true,
    },
    body,
  });
});

it('takes from the broker that it gave up, and whose the message was', () => {
  const letter = readDeadLetter(message('runner-7', brokers('orchestrator.results')), results, own);
  expect(letter).toMatchObject({
    queue: 'orchestrator.results',
    code: 'delivery_limit',
    principalId: 'runner-7',
    origin: { sender: 'runner-7', headers: { [headerNames.sender]: 'runner-7' }, isAuthenticated: false },
    diedAt: new Date('2026-01-01T00:00:00.000Z'),
  });
});

it('believes no headers of a stranger: neither code, nor queue, nor principal', () => {
  const forged = { ...ours, ...brokers('orchestrator.results'), [headerNames.sender]: 'victim' };
  expect(readDeadLetter(message('runner-7', forged), results, own)).toMatchObject({
    code: 'delivery_limit',
    principalId: 'runner-7',
  });
  expect(readDeadLetter(message('runner-7', ours), results, own)).toMatchObject({
    code: 'unknown',
    queue: undefined,
    principalId: 'runner-7',
  });
});

it.each([
  ['of another service', 'orchestrator.commands'],
  ['that is no queue', 'agent.runner-1'],
  ['where the dead lie', 'integration.dead'],
])('knows no queue %s, because a replay would go there', (_, queue) => {
  const letter = readDeadLetter(message('svc-gateway', brokers(queue)), commands, own);
  expect(letter.queue).toBeUndefined();
});

it('keeps what cannot be an id, and control characters, from the table', () => {
  const headers = { ...ours, [headerNames.reason]: 'a\u0000b\u001bc' };
  const letter = readDeadLetter(message('svc-orchestrator', headers, 'nonsense'), results, own);
  expect(letter).toMatchObject({ messageId: undefined, reason: 'a b c' });
});

it('takes from its owner alone how large a body was before it was cut', () => {
  const cut = { ...ours, [headerNames.bodyBytes]: 9_000_000 };
  const bytesOf = (user: string) => readDeadLetter(message(user, cut), results, own).bodyBytes;
  expect([bytesOf('svc-orchestrator'), bytesOf('runner-7')]).toEqual([9_000_000, undefined]);
});

it.each([
  ['no number', { valueOf: 1, toString: 1 }],
  ['a time that no calendar has', 1e300],
  ['a time before 1970', -1],
])('reads a forged death whose time is %s, without it', (_what, value) => {
  const forged = { 'x-death': [{ reason: 'rejected', queue: 'orchestrator.results', time: { value } }] };
  const letter = readDeadLetter(message('runner-7', forged), results, own);
  expect(letter).toMatchObject({ code: 'rejected', queue: 'orchestrator.results', diedAt: undefined });
});

it('leaves less of a letter in each version that can be stored, and in the last nothing but size and digest', () => {
  const letter = readDeadLetter(message('svc-orchestrator', ours), results, own);
  const [whole, textless, last] = storableVersions(letter);
  expect(whole).toBe(letter);
  expect(textless).toMatchObject({ type: '', principalId: undefined, traceparent: undefined, body });
  expect(last).toMatchObject({ type: '', body: Buffer.alloc(0), bodyBytes: body.length });
  expect(last?.reason).toContain(sha256Hex(body));
});
