import type { TaskContext } from '@ymera/agent-sdk';

const progressLine = /^::ymera progress (\d*\.?\d+)(?: (.*))?$/;
const maxLineLength = 65_536;

/** Removes the progress lines from a command's output, which arrives in pieces of any size, and logs the rest. */
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
    // Text without a line end is no progress line: do not wait for one.
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
