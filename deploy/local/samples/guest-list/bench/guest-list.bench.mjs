import { admit, attendance } from '../src/guest-list.mjs';

// The same names at every run: a linear congruential generator with a fixed seed.
let state = 20260101;
const random = (below) => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state % below;
};
const names = (count) =>
  Array.from({ length: count }, () => `Guest ${random(50_000)} of House ${random(40)}`);

const guests = names(2_000);
const banned = names(1_600);
const samples = [];
for (let round = 0; round < 5; round += 1) {
  const started = performance.now();
  const admitted = admit(guests, banned);
  attendance(guests, banned);
  samples.push(performance.now() - started);
  if (admitted.length > guests.length) throw new Error('more guests left than came');
}
samples.sort((a, b) => a - b);
console.log(
  JSON.stringify({ name: 'admit and count 2,000 guests', median_ms: samples[2], samples_ms: samples }),
);
