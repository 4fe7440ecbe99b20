import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProfileCache } from '../src/profile-cache.mjs';

const user = (id, name = id) => ({ id, name });

test('a profile is made once for one state of a user, and again for the next', () => {
  const cache = new ProfileCache(2);
  const ada = user('ada');
  let made = 0;
  const render = ({ name }) => {
    made += 1;
    return name.toUpperCase();
  };
  assert.equal(cache.get(ada, render), 'ADA');
  assert.equal(cache.get(ada, render), 'ADA');
  assert.equal(made, 1);
  assert.equal(cache.get(user('ada', 'Augusta'), render), 'AUGUSTA');
});

test('the one that was not asked for the longest goes first', () => {
  const cache = new ProfileCache(2);
  const [ada, grace, linus] = ['ada', 'grace', 'linus'].map((id) => user(id));
  const asked = [];
  const render = ({ id }) => asked.push(id);
  for (const one of [ada, grace, ada, linus, ada, grace]) cache.get(one, render);
  assert.deepEqual(asked, ['ada', 'grace', 'linus', 'grace']);
  assert.equal(cache.size, 2);
});
