import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {ReturnType<typeof createProgress>} Progress
 * @typedef {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} Screen what it writes to
 * @typedef {keyof typeof COLORS} Color
 * @typedef {{ title: string, detail: string, startedAt: number, lastPrintedAt: number }} Step
 */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_INTERVAL_MS = 100;
/** Without a terminal there is no spinner: a long step prints a line that it still runs. */
const STILL_RUNNING_INTERVAL_MS = 15_000;

const COLORS = { green: 32, red: 31, yellow: 33, cyan: 36, dim: 2, bold: 1 };

/**
 * @param {Screen} stream
 * @param {NodeJS.ProcessEnv} env
 */
function usesColor(stream, env) {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return Boolean(stream.isTTY) && env['TERM'] !== 'dumb';
}

/** @param {number} milliseconds */
export function formatSeconds(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Cuts a line to the terminal's width, so that redrawing counts rows correctly. Control sequences are removed.
 * @param {string} text
 * @param {number} width
 */
export function clip(text, width) {
  const plain = stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, ' ');
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(0, width - 1))}…`;
}

/**
 * Shows steps that may run side by side: a live region on a terminal, plain lines elsewhere.
 * @param {{ stream?: Screen, env?: NodeJS.ProcessEnv, now?: () => number }} [options] `now`: a monotonic clock in ms
 */
export function createProgress({
  stream = process.stdout,
  env = process.env,
  now = () => performance.now(),
} = {}) {
  const live = Boolean(stream.isTTY) && env['TERM'] !== 'dumb' && !env['CI'];
  const colored = usesColor(stream, env);
  const paint = (/** @type {Color} */ color, /** @type {string} */ text) =>
    colored ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text;
  /** @type {Set<Step>} */
  const active = new Set();
  let drawnRows = 0;
  let frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const spinner = () => FRAMES[frame % FRAMES.length] ?? '';
  const write = (/** @type {string} */ text) => stream.write(text);

  function erase() {
    if (drawnRows > 0) write(`\u001b[${drawnRows}A\u001b[0J`);
    drawnRows = 0;
  }

  function draw() {
    if (!live) return;
    erase();
    const width = (stream.columns || 80) - 1;
    for (const step of active) {
      const elapsed = formatSeconds(now() - step.startedAt);
      const body = clip(`${step.title} · ${elapsed}${step.detail ? ` · ${step.detail}` : ''}`, width - 2);
      write(`${paint('cyan', spinner())} ${body}\n`);
      drawnRows += 1;
    }
  }

  /** @param {string} text */
  function line(text) {
    if (live) erase();
    write(`${text}\n`);
    draw();
  }

  function tick() {
    frame += 1;
    if (live) draw();
    for (const step of active) {
      if (live || now() - step.lastPrintedAt < STILL_RUNNING_INTERVAL_MS) continue;
      step.lastPrintedAt = now();
      write(
        `  … ${step.title}: ${formatSeconds(now() - step.startedAt)}${step.detail ? `, ${step.detail}` : ''}\n`,
      );
    }
  }

  /** @param {Step} step */
  function begin(step) {
    active.add(step);
    if (!live) write(`→ ${step.title}\n`);
    timer ??= setInterval(tick, live ? FRAME_INTERVAL_MS : 1_000);
    timer.unref();
    draw();
  }

  /**
   * @param {Step} step
   * @param {string} mark
   * @param {string} detail
   */
  function end(step, mark, detail) {
    active.delete(step);
    if (active.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    line(
      `${mark} ${step.title} ${paint('dim', `${formatSeconds(now() - step.startedAt)}${detail ? ` · ${detail}` : ''}`)}`,
    );
  }

  return {
    stream,
    paint,
    heading: (/** @type {string} */ text) => line(paint('bold', text)),
    note: (/** @type {string} */ text) => line(`  ${text}`),
    warn: (/** @type {string} */ text) => line(`${paint('yellow', '!')} ${text}`),
    fail: (/** @type {string} */ text) => line(`${paint('red', '✖')} ${text}`),
    /**
     * Shows a step until `work` ends. `report` replaces the step's detail; a string that `work` returns is the final one.
     * @template T
     * @param {string} title
     * @param {(report: (detail: string) => void) => Promise<T> | T} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      /** @type {Step} */
      const step = { title, detail: '', startedAt: now(), lastPrintedAt: now() };
      begin(step);
      try {
        const result = await work((detail) => {
          step.detail = detail;
          draw();
        });
        end(step, paint('green', '✔'), typeof result === 'string' ? result : '');
        return result;
      } catch (error) {
        end(step, paint('red', '✖'), '');
        throw error;
      }
    },
  };
}
