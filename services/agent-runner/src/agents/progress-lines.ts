import type { TaskContext } from '@ymera/agent-sdk';

const progressLine = /^::ymera progress (\d*\.?\d+)(?: (.*))?$/;
const maxLineLength = 65_536;

/** Takes the progress lines out of a command's output, which arrives in pieces of any size, and logs the rest. */
export class ProgressLines {
  private unfinished = '';

  constructor(private readonly context: Pick<TaskContext, 'progress' | 'log'>) {}

  push(chunk: string): void {
    const lines = (this.unfinished + chunk).split('\n');
    this.unfinished = lines.pop() ?? '';
    const log: string[] = [];
    for (const line of lines) {
      const [, fraction, step = 'working'] = progressLine.exec(line) ?? [];
      if (fraction === undefined) log.push(`${line}\n`);
      else this.context.progress(Number(fraction), step);
    }
    // A line without end is no progress line: it must not be waited for.
    if (
      this.unfinished.length > maxLineLength ||
      !'::ymera progress'.startsWith(this.unfinished.slice(0, 16))
    ) {
      log.push(this.unfinished);
      this.unfinished = '';
    }
    if (log.length > 0) this.context.log(log.join(''));
  }
}
