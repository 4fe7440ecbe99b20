import { stripVTControlCharacters } from 'node:util';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Without a terminal nobody sees a spinner: a long step says that it still runs. */
const STILL_RUNNING_MS = 15_000;

const COLORS = { green: 32, red: 31, yellow: 33, cyan: 36, dim: 2, bold: 1 };

function usesColor(stream, env = process.env) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}

export function formatSeconds(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Cuts a line to the terminal's width, so that redrawing counts rows rightly. Expects no colours inside. */
export function clip(text, width) {
  const plain = stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, ' ');
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(0, width - 1))}…`;
}

/**
 * Shows steps that may run side by side: a live region on a terminal, plain lines elsewhere.
 * `step(title, work)` gives `work` a function that replaces the step's detail; what it returns is the final detail.
 */
export function createProgress({
  stream = process.stdout,
  env = process.env,
  now = () => performance.now(),
} = {}) {
  const live = Boolean(stream.isTTY) && env.TERM !== 'dumb' && !env.CI;
  const colored = usesColor(stream, env);
  const paint = (color, text) => (colored ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text);
  const active = new Set();
  let drawnRows = 0;
  let frame = 0;
  let timer;

  const write = (text) => stream.write(text);

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
      write(`${paint('cyan', FRAMES[frame % FRAMES.length])} ${body}\n`);
      drawnRows += 1;
    }
  }

  function line(text) {
    if (live) erase();
    write(`${text}\n`);
    draw();
  }

  function tick() {
    frame += 1;
    if (live) draw();
    for (const step of active) {
      if (live || now() - step.lastSaidAt < STILL_RUNNING_MS) continue;
      step.lastSaidAt = now();
      write(
        `  … ${step.title}: ${formatSeconds(now() - step.startedAt)}${step.detail ? `, ${step.detail}` : ''}\n`,
      );
    }
  }

  function begin(step) {
    active.add(step);
    if (!live) write(`→ ${step.title}\n`);
    timer ??= setInterval(tick, live ? FRAME_MS : 1_000);
    timer.unref?.();
    draw();
  }

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
    heading: (text) => line(paint('bold', text)),
    note: (text) => line(`  ${text}`),
    warn: (text) => line(`${paint('yellow', '!')} ${text}`),
    fail: (text) => line(`${paint('red', '✖')} ${text}`),
    async step(title, work) {
      const step = { title, detail: '', startedAt: now(), lastSaidAt: now() };
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
