import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserService } from '../src/user-service.mjs';
import { retainedBytes } from '../bench/retained-bytes.mjs';

/** A session takes more than 300 bytes; what V8 itself keeps is below 110 for each of so many. */
const bound = 128;

const minute = 60_000;
const ada = { email: 'ada@example.org', name: 'Ada Lovelace' };

function serviceWithClock() {
  const clock = { now: 0 };
  const service = new UserService({ sessionLifetimeMs: minute, now: () => clock.now });
  service.register(ada);
  return { service, clock };
}

test('a session that was signed out leaves nothing in memory', () => {
  const { service } = serviceWithClock();
  const bytes = retainedBytes(() => service.signOut(service.signIn(ada.email)));
  assert.ok(bytes < bound, `${bytes} bytes stay for each session that was signed out`);
});

test('a session that has expired leaves nothing in memory', () => {
  const { service, clock } = serviceWithClock();
  const bytes = retainedBytes(() => {
    service.signIn(ada.email);
    clock.now += 2 * minute;
    service.sweep();
  });
  assert.ok(bytes < bound, `${bytes} bytes stay for each session that has expired`);
});

test('a session that was found to be past its time leaves nothing in memory', () => {
  const { service, clock } = serviceWithClock();
  const bytes = retainedBytes(() => {
    const token = service.signIn(ada.email);
    clock.now += 2 * minute;
    service.authenticate(token);
  });
  assert.ok(bytes < bound, `${bytes} bytes stay for each session that was asked for too late`);
});

test('the sessions of users who were removed leave nothing in memory', () => {
  const { service } = serviceWithClock();
  const bytes = retainedBytes(() => {
    const { id, email } = service.register({ email: 'grace@example.org', name: 'Grace Hopper' });
    service.signIn(email);
    service.remove(id);
  });
  assert.ok(bytes < bound, `${bytes} bytes stay for each session of a removed user`);
});
