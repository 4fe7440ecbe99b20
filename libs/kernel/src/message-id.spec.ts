import { uuidv7 } from './ids';
import { messageIdRetentionMs, messageIdTime } from './message-id';

const now = new Date('2026-03-01T12:00:00.000Z');
const idAt = (ageMs: number): string => uuidv7(now.getTime() - ageMs);
const codeOf = (id: string, retentionMs?: number): string => {
  const time = messageIdTime(id, now, retentionMs);
  return time.ok ? time.value.toISOString() : time.error.code;
};

it.each([
  ['of the oldest message that is remembered', messageIdRetentionMs, '2026-02-22T12:00:00.000Z'],
  ['of a message that is forgotten', messageIdRetentionMs + 1, 'message_id_outside_window'],
  ['of a clock that is five minutes ahead', -300_000, '2026-03-01T12:05:00.000Z'],
  ['of a clock that is further ahead', -300_001, 'message_id_outside_window'],
])('judges an id %s by its time', (_what, ageMs, expected) => {
  expect(codeOf(idAt(ageMs))).toBe(expected);
});

it('takes a shorter retention', () => {
  expect(codeOf(idAt(1_001), 1_000)).toBe('message_id_outside_window');
});

it.each(['', 'x', '3f333df6-90a4-4fda-8dd3-9485d27cee36'])('refuses %j, which is no UUIDv7', (id) => {
  expect(codeOf(id)).toBe('message_id_invalid');
});
