import {
  acceptanceOf,
  type ApprovalResource,
  type ChangeResource,
  type EscalationOption,
  escalationOption,
  type Finding,
  minWaiverReasonLength,
  type ProjectCommands,
  type RequestResource,
} from '@ymera/contracts';
import { createLogUpdate } from 'log-update';
import type { FeedEntry } from '../api/feed-entry';
import { ask, type Terminal } from '../terminal/ask';
import { duration } from '../terminal/duration';
import { columnsOf, labelled } from '../terminal/layout';
import type { Style } from '../terminal/style';
import { boardLines } from './board-lines';
import { coloredDiff, linesOf } from '../words/colored-diff';
import { backWords, lostWords } from '../words/connection';
import { escalationLines, findingLines, verdictLines } from '../words/evidence';
import type { Audience, Choice } from './audience';
import { commandWords } from '../words/commands';
import { planLine, StepBoard } from './step-board';

const frameMs = 120;
const maxDiffLines = 80;

type Decision = 'approved' | 'denied';

/** A person at a terminal: a live board of steps, and questions. Its input must be `visible` already. */
export class TerminalAudience implements Audience {
  private board: StepBoard | undefined;
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private readonly live;

  constructor(
    private readonly terminal: Terminal,
    private readonly style: Style,
    private readonly signal: AbortSignal,
  ) {
    this.live = createLogUpdate(terminal.output, { showCursor: true });
  }

  copying(elapsedMs: number): void {
    this.say(`copying the repository: ${duration(elapsedMs)} so far`);
  }

  registered(commands: ProjectCommands): void {
    this.row('Commands', commandWords(commands));
  }

  planned(request: RequestResource): void {
    const { bold, dim } = this.style;
    const percent = Math.round(request.confidence * 100);
    this.say('');
    this.row('Request', request.text.trim().split('\n', 1)[0] ?? '');
    this.row(
      'Understood',
      `as ${bold(request.intent ?? '')} ${dim(`(${percent} %: ${request.evidence.join(', ')})`)}`,
    );
    for (const note of request.notes ?? []) this.row('Note', note);
    if (!request.plan) return;
    this.row('Plan', planLine(request.plan));
    this.row('', dim(`risk ${request.plan.risk}, ${(request.plan_digest ?? '').slice(0, 19)}`));
    this.say('');
    this.board = new StepBoard(request.plan);
    this.resume();
  }

  happened(entry: FeedEntry): void {
    this.board?.take(entry);
  }

  lost(giveUpMs: number): void {
    this.above(labelled('! ', lostWords(giveUpMs), this.columns, `${this.style.yellow('!')} `));
  }

  back(): void {
    this.above(labelled('✔ ', backWords, this.columns, `${this.style.green('✔')} `));
  }

  async decide(approval: ApprovalResource, change: ChangeResource | undefined): Promise<Decision> {
    return this.aside(async () => {
      const diff = approval.landing ? change?.diff : undefined;
      const isCut = diff !== undefined && linesOf(diff).length > maxDiffLines;
      if (diff !== undefined) {
        this.say('');
        this.say(coloredDiff(diff, maxDiffLines, this.style));
      }
      if (approval.landing)
        for (const line of verdictLines(
          approval.landing.verdict,
          approval.landing.tests,
          this.style,
          this.columns,
        ))
          this.say(line);
      const question = approval.kind === 'plan_approval' ? 'Approve this plan?' : 'Land this change?';
      const keys = isCut ? '[Y]es, [n]o, [d]iff in full' : '[Y/n]';
      return this.question(question, keys, (answer) => {
        if (isCut && /^d(iff)?$/i.test(answer)) this.say(coloredDiff(diff, Infinity, this.style));
        if (/^(y(es)?)?$/i.test(answer)) return 'approved';
        return /^no?$/i.test(answer) ? 'denied' : undefined;
      });
    });
  }

  async choose({ escalation }: ApprovalResource): Promise<Choice> {
    return this.aside(async () => {
      if (escalation)
        for (const line of escalationLines(escalation, this.style, this.columns)) this.say(line);
      const acceptance = escalation && acceptanceOf(escalation);
      const acceptable = acceptance?.kind === 'possible' ? acceptance.findings : [];
      const keys =
        acceptable.length > 0
          ? '[r]etry, a[c]cept, [t]ake over, [A]bandon'
          : '[r]etry, [t]ake over, [A]bandon';
      const option = await this.question('What now?', keys, (answer) =>
        optionOf(answer, acceptable.length > 0),
      );
      if (option === 'accept') return { option, note: await this.reasonToAccept(acceptable) };
      if (option !== 'retry') return { option };
      const asked = `${this.style.bold('What should the next attempt know?')} `;
      return { option, note: await ask(this.terminal, asked, (answer) => answer, this.signal) };
    });
  }

  /** Shows the findings again, because exactly these are accepted, and asks for the reason that is stored with them. */
  private async reasonToAccept(findings: readonly Finding[]): Promise<string> {
    const { bold, dim, yellow } = this.style;
    this.say('');
    this.say(yellow(`You accept ${findings.length} finding(s), for exactly this change:`));
    for (const line of findingLines(findings, this.style, this.columns, Infinity)) this.say(line);
    const asked = `${bold('Why do they not matter here?')} ${dim(`at least ${minWaiverReasonLength} characters, kept in the audit log`)} `;
    const read = (answer: string): string | undefined =>
      answer.length < minWaiverReasonLength ? undefined : answer;
    return ask(this.terminal, asked, read, this.signal);
  }

  ended(): void {
    this.pause();
  }

  private question<T>(question: string, keys: string, read: (answer: string) => T | undefined): Promise<T> {
    const { bold, dim } = this.style;
    return ask(this.terminal, `\n${bold(question)} ${dim('as the approver')} ${keys} `, read, this.signal);
  }

  /** The board stands still while a person reads and answers. */
  private async aside<T>(asking: () => Promise<T>): Promise<T> {
    this.pause();
    const answer = await asking();
    this.say('');
    this.resume();
    return answer;
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
    if (this.timer === undefined) return;
    this.timer = undefined;
    this.draw();
    this.live.done();
  }

  /** Prints a permanent line above the board. */
  private above(line: string): void {
    const isLive = this.timer !== undefined;
    if (isLive) this.live.clear();
    this.say(line);
    if (isLive) this.draw();
  }

  private draw(): void {
    this.frame += 1;
    const { style, columns, frame } = this;
    this.live(boardLines(this.board?.steps ?? [], { style, columns, frame, now: Date.now() }).join('\n'));
  }

  private get columns(): number {
    return columnsOf(this.terminal.output);
  }

  private row(label: string, text: string): void {
    const padded = label.padEnd(11);
    this.say(labelled(padded, text, this.columns, this.style.bold(padded)));
  }

  private say(line: string): void {
    this.terminal.output.write(`${line}\n`);
  }
}

/** `a` abandons, which is harmless; accepting needs its own key or a longer part of its word. */
function optionOf(answer: string, canAccept: boolean): EscalationOption | undefined {
  const word = answer.toLowerCase();
  if (word === '' || word === 'a') return 'abandon';
  if (word === 'c' || 'accept'.startsWith(word)) return canAccept ? 'accept' : undefined;
  return escalationOption.options.find((option) => option.startsWith(word));
}
