import { duration } from '../terminal/duration';
import { clipped } from '../terminal/layout';
import type { Style } from '../terminal/style';
import type { BoardStep } from './step-board';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Below this width the text of a step gets the space of the bar. */
const wide = 100;

interface View {
  readonly style: Style;
  readonly columns: number;
  readonly frame: number;
  readonly now: number;
}

/** One line per step at every width, so that the board keeps its height. */
export function boardLines(steps: readonly BoardStep[], view: View): string[] {
  const { style, columns, now } = view;
  const { dim, bold } = style;
  const longest = Math.max(0, ...steps.map(({ name }) => name.length));
  return steps.map((step) => {
    const took = step.startedAt === undefined ? '' : duration((step.endedAt ?? now) - step.startedAt);
    const who = step.agentId ?? step.who.toLowerCase();
    const again = step.attempt > 1 ? ` try ${step.attempt}` : '';
    const bars = columns < wide ? 5 : 10;
    const doing = step.endedAt === undefined && step.doing ? `${bar(step.progress, bars)} ${step.doing}` : '';
    const line = `  ${mark(step, view)} ${bold(step.name.padEnd(longest))} ${dim(who.padEnd(20))} ${dim(took.padStart(8))}${again} ${dim(doing)}`;
    // A terminal wraps when the last column is written to.
    return clipped(line.trimEnd(), columns - 1);
  });
}

function mark({ state }: BoardStep, { style, frame }: View): string {
  const { green, red, yellow, cyan, dim } = style;
  switch (state) {
    case 'completed':
      return green('✔');
    case 'failed':
      return red('✖');
    case 'canceled':
    case 'skipped':
      return yellow('◌');
    case 'pending':
    case 'ready':
      return dim('○');
    case 'waiting_gate':
      return yellow('?');
    default:
      return cyan(frames[frame % frames.length] ?? '•');
  }
}

const bar = (fraction: number, width: number): string => {
  const filled = Math.round(fraction * width);
  return `${'━'.repeat(filled)}${'─'.repeat(width - filled)}`;
};
