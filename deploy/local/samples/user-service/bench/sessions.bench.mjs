import { UserService } from '../src/user-service.mjs';
import { retainedBytes } from './retained-bytes.mjs';

const service = new UserService();
const users = Array.from({ length: 50 }, (_, index) =>
  service.register({ email: `user${index}@example.org`, name: `User Number ${index}` }),
);
// Somebody is always signed in.
for (const { email } of users) service.signIn(email, 'desk');

let visits = 0;
function visit() {
  const { id, email } = users[visits % users.length];
  const token = service.signIn(email, 'phone');
  if (visits % 20 === 0) service.rename(id, `User Number ${visits}`);
  if (service.authenticate(token) === undefined) throw new Error('a session was lost');
  service.signOut(token);
  visits += 1;
}

// Made before anything is measured, so that keeping the times is not taken for a leak.
const times = new Float64Array(300);
let round = 0;
const retained = retainedBytes(
  () => {
    const started = performance.now();
    for (let done = 0; done < 20; done += 1) visit();
    times[round] = performance.now() - started;
    round += 1;
  },
  { rounds: 5, operations: times.length / 6 },
);
const samples = [...times].sort((one, other) => one - other);
console.log(
  JSON.stringify({
    name: '20 visits: sign in, look, sign out',
    median_ms: samples[samples.length / 2],
    samples_ms: samples,
    retained_bytes: Math.round(retained / 20),
  }),
);
