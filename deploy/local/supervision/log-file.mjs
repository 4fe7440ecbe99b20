import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const LIMIT_BYTES = 8 * 1024 * 1024;
const TAIL_LINES = 30;

/** A process's output on disk, at most two files of `limitBytes` each, and its last lines in memory for error reports. */
export function openLog(path, { limitBytes = LIMIT_BYTES, tailLines = TAIL_LINES } = {}) {
  let descriptor = openSync(path, 'a', 0o600);
  let size = statSync(path).size;
  let tail = [];
  let partial = '';

  function rotate() {
    closeSync(descriptor);
    renameSync(path, `${path}.1`);
    descriptor = openSync(path, 'a', 0o600);
    size = 0;
  }

  return {
    write(chunk) {
      if (size > 0 && size + chunk.length > limitBytes) rotate();
      writeSync(descriptor, chunk);
      size += chunk.length;
      const lines = (partial + chunk.toString('utf8')).split('\n');
      partial = lines.pop().slice(-2_000);
      tail = [...tail, ...lines.filter((line) => line.trim())].slice(-tailLines);
    },
    tail: () => (partial.trim() ? [...tail, partial] : tail),
    close: () => closeSync(descriptor),
  };
}
