import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit, attendance, normalise } from '../src/guest-list.mjs';

test('names are compared without case and surplus spaces', () => {
  assert.equal(normalise('  José ÁLVAREZ '), 'josé álvarez');
});

test('banned guests stay outside, whatever way they write their name', () => {
  assert.deepEqual(admit(['Ada', 'GRACE', 'Linus'], ['grace']), ['Ada', 'Linus']);
  assert.deepEqual(admit(['Zoë'], ['  ZOË ']), []);
});

test('guests keep the order in which they came, and come twice if they came twice', () => {
  assert.deepEqual(admit(['b', 'a', 'b', 'c'], ['c']), ['b', 'a', 'b']);
});

test('nobody is banned by an empty list', () => {
  assert.deepEqual(admit(['Ada'], []), ['Ada']);
  assert.deepEqual(admit([], ['Ada']), []);
});

test('attendance counts the invited, not the present', () => {
  assert.deepEqual(attendance(['Ada', 'Grace', 'Linus'], ['ada', 'Linus', 'Stranger']), {
    invited: 3,
    came: 2,
    missing: 1,
  });
});

test('attendance of nobody is nothing', () => {
  assert.deepEqual(attendance([], ['Ada']), { invited: 0, came: 0, missing: 0 });
});
