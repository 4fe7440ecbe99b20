import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const heapUsed = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

/**
 * How many bytes of heap stay, after garbage collection, for each time that `operation` was done: the median of several
 * rounds after one that is not counted. V8 keeps and frees up to 160 KiB of its own between rounds, and more at single
 * times: many operations make the first small, the median ignores the second.
 */
export function retainedBytes(operation, { rounds = 5, operations = 1_500 } = {}) {
  const growth = [];
  for (let round = 0; round <= rounds; round += 1) {
    const before = heapUsed();
    for (let done = 0; done < operations; done += 1) operation();
    growth.push((heapUsed() - before) / operations);
  }
  const counted = growth.slice(1).sort((one, other) => one - other);
  return Math.max(0, Math.round(counted[Math.floor(counted.length / 2)]));
}
