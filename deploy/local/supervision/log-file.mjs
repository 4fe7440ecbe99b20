import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const DEFAULT_TAIL_LINES = 30;
const MAX_LINE_LENGTH = 2_000;

/**
 * A process's output on disk, at most two files of `maxBytes` each, and its last lines in memory for error reports.
 * @param {string} path
 */
export function openLog(path, { maxBytes = DEFAULT_MAX_BYTES, tailLines = DEFAULT_TAIL_LINES } = {}) {
  let descriptor = openSync(path, 'a', 0o600);
  let size = statSync(path).size;
  /** @type {string[]} */
  let tail = [];
  let partial = '';

  function rotate() {
    closeSync(descriptor);
    renameSync(path, `${path}.1`);
    descriptor = openSync(path, 'a', 0o600);
    size = 0;
  }

  return {
    /** @param {Buffer} chunk */
    write(chunk) {
      if (size > 0 && size + chunk.length > maxBytes) rotate();
      writeSync(descriptor, chunk);
      size += chunk.length;
      const lines = (partial + chunk.toString('utf8')).split('\n');
      partial = (lines.pop() ?? '').slice(-MAX_LINE_LENGTH);
      tail = [...tail, ...lines.filter((line) => line.trim())].slice(-tailLines);
    },
    tail: () => (partial.trim() ? [...tail, partial] : tail),
    close: () => closeSync(descriptor),
  };
}
