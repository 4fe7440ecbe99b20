import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserService } from '../src/user-service.mjs';

const ada = { email: 'Ada@Example.org', name: 'Ada Lovelace' };

test('whoever is registered may sign in, however the address is written', () => {
  const service = new UserService();
  service.register(ada);
  const profile = service.authenticate(service.signIn(' ada@example.ORG '));
  assert.equal(profile.name, 'Ada Lovelace');
  assert.equal(profile.initials, 'AL');
  assert.equal(profile.isAdmin, false);
});

test('a stranger gets no session, and an address is registered once', () => {
  const service = new UserService();
  service.register(ada);
  assert.equal(service.signIn('grace@example.org'), undefined);
  assert.throws(() => service.register(ada), /registered already/);
});

test('an open session shows what was changed meanwhile', () => {
  const service = new UserService();
  const { id } = service.register(ada);
  const tokens = [service.signIn(ada.email, 'desk'), service.signIn(ada.email, 'phone')];
  service.rename(id, 'Ada King');
  service.grant(id, ['member', 'admin']);
  for (const token of tokens) {
    assert.equal(service.authenticate(token).name, 'Ada King');
    assert.equal(service.authenticate(token).isAdmin, true);
  }
});

test('a change of one user is not shown to another', () => {
  const service = new UserService();
  const { id } = service.register(ada);
  service.register({ email: 'grace@example.org', name: 'Grace Hopper' });
  const token = service.signIn('grace@example.org');
  service.rename(id, 'Ada King');
  assert.equal(service.authenticate(token).name, 'Grace Hopper');
});

test('signing out ends one session and leaves the others', () => {
  const service = new UserService();
  service.register(ada);
  const [desk, phone] = [service.signIn(ada.email), service.signIn(ada.email)];
  assert.equal(service.signOut(desk), true);
  assert.equal(service.signOut(desk), false);
  assert.equal(service.authenticate(desk), undefined);
  assert.equal(service.authenticate(phone).name, 'Ada Lovelace');
});

test('a session that is past its time is over, whether it is asked for or swept', () => {
  let now = 0;
  const service = new UserService({ sessionLifetimeMs: 1_000, now: () => now });
  service.register(ada);
  const [asked] = [service.signIn(ada.email), service.signIn(ada.email)];
  now = 1_000;
  assert.equal(service.authenticate(asked), undefined);
  assert.equal(service.openSessions, 1);
  assert.equal(service.sweep(), 1);
  assert.equal(service.openSessions, 0);
});

test('removing a user ends all of his sessions', () => {
  const service = new UserService();
  const { id } = service.register(ada);
  const token = service.signIn(ada.email);
  assert.equal(service.remove(id), true);
  assert.equal(service.authenticate(token), undefined);
  assert.equal(service.openSessions, 0);
});
