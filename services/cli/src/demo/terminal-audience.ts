import { createInterface } from 'node:readline/promises';
import {
  type ApprovalResource,
  type ChangeResource,
  type EscalationOption,
  escalationOption,
  type RequestResource,
} from '@ymera/contracts';
import { createLogUpdate } from 'log-update';
import type { FeedEntry } from '../api/feed-entry';
import { duration } from '../terminal/duration';
import type { Style } from '../terminal/style';
import type { Audience, Choice } from './journey';
import { coloredDiff, escalationLines, verdictLines } from './present';
import { planLine, StepBoard, type BoardStep } from './step-board';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 120;
const longestDiff = 80;

/** A person at a terminal: a live board of steps, and questions. */
export class TerminalAudience implements Audience {
  private board: StepBoard | undefined;
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private readonly live;

  constructor(
    private readonly output: NodeJS.WriteStream,
    private readonly style: Style,
  ) {
    this.live = createLogUpdate(output, { showCursor: true });
  }

  copying(elapsedMs: number): void {
    this.say(`copying the repository: ${duration(elapsedMs)} so far`);
  }

  planned(request: RequestResource): void {
    const { bold, dim } = this.style;
    this.say('');
    this.say(`${bold('Request')}   ${request.text.trim().split('\n', 1)[0] ?? ''}`);
    const percent = Math.round(request.confidence * 100);
    this.say(
      `${bold('Understood')} as ${bold(request.intent ?? '')} ${dim(`(${percent} %: ${request.evidence.join(', ')})`)}`,
    );
    if (!request.plan) return;
    this.say(`${bold('Plan')}      ${planLine(request.plan)}`);
    this.say(`${dim(`          risk ${request.plan.risk}, ${request.plan_digest ?? ''}`)}`);
    this.say('');
    this.board = new StepBoard(request.plan);
    this.resume();
  }

  happened(entry: FeedEntry): void {
    this.board?.take(entry);
  }

  async decide(
    approval: ApprovalResource,
    change: ChangeResource | undefined,
  ): Promise<'approved' | 'denied'> {
    this.pause();
    if (change && approval.landing) {
      this.say('');
      this.say(coloredDiff(change.diff, longestDiff, this.style));
      for (const line of verdictLines(approval.landing.verdict, approval.landing.tests, this.style))
        this.say(line);
    }
    const question = approval.kind === 'plan_approval' ? 'Approve this plan?' : 'Land this change?';
    const prompt = createInterface({ input: process.stdin, output: this.output });
    try {
      const answer = await prompt.question(
        `\n${this.style.bold(question)} ${this.style.dim('as the approver')} [Y/n] `,
      );
      return /^(y(es)?)?$/i.test(answer.trim()) ? 'approved' : 'denied';
    } finally {
      prompt.close();
      this.say('');
      this.resume();
    }
  }

  async choose(approval: ApprovalResource): Promise<Choice> {
    this.pause();
    if (approval.escalation)
      for (const line of escalationLines(approval.escalation, this.style)) this.say(line);
    const { bold, dim } = this.style;
    const prompt = createInterface({ input: process.stdin, output: this.output });
    try {
      for (;;) {
        const answer = await prompt.question(
          `\n${bold('What now?')} ${dim('as the approver')} [r]etry, [t]ake over, [A]bandon `,
        );
        const option = optionOf(answer);
        if (option === undefined) continue;
        if (option !== 'retry') return { option };
        const note = await prompt.question(`${bold('What should the next try know?')} `);
        return { option, note: note.trim() };
      }
    } finally {
      prompt.close();
      this.say('');
      this.resume();
    }
  }

  ended(): void {
    this.pause();
  }

  private resume(): void {
    if (!this.board) return;
    this.draw();
    this.timer = setInterval(() => {
      this.draw();
    }, frameMs);
  }

  private pause(): void {
    clearInterval(this.timer);
    if (!this.board) return;
    this.draw();
    this.live.done();
  }

  private draw(): void {
    this.frame += 1;
    this.live(this.board?.steps.map((step) => this.line(step)).join('\n') ?? '');
  }

  private line(step: BoardStep): string {
    const { dim, bold } = this.style;
    const took = step.startedAt === undefined ? '' : duration((step.endedAt ?? Date.now()) - step.startedAt);
    const who = step.agentId ?? step.who.toLowerCase();
    const again = step.attempt > 1 ? ` try ${step.attempt}` : '';
    const doing = step.endedAt === undefined && step.doing ? `${bar(step.progress)} ${step.doing}` : '';
    return `  ${this.mark(step)} ${bold(step.name.padEnd(20))} ${dim(who.padEnd(22))} ${dim(took.padStart(8))}${again} ${dim(doing)}`.trimEnd();
  }

  private mark({ state }: BoardStep): string {
    const { green, red, yellow, cyan, dim } = this.style;
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
        return cyan(frames[this.frame % frames.length] ?? '•');
    }
  }

  private say(line: string): void {
    this.output.write(`${line}\n`);
  }
}

function optionOf(answer: string): EscalationOption | undefined {
  const word = answer.trim().toLowerCase();
  if (word === '') return 'abandon';
  return escalationOption.options.find((option) => option === word || option.startsWith(word));
}

const bar = (fraction: number): string => {
  const filled = Math.round(fraction * 10);
  return `${'━'.repeat(filled)}${'─'.repeat(10 - filled)}`;
};
