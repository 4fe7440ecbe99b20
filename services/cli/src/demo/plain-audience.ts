import type { ApprovalResource, ProjectCommands, RequestResource } from '@ymera/contracts';
import { createColors } from 'picocolors';
import type { FeedEntry } from '../api/feed-entry';
import { duration } from '../terminal/duration';
import type { Audience } from './audience';
import { backWords, lostWords } from '../words/connection';
import { findingLines } from '../words/evidence';
import { commandWords } from '../words/commands';
import { planLine, StepBoard } from './step-board';

const plain = createColors(false);

/** A pipe or a log: one line per event, and no person to ask. */
export class PlainAudience implements Audience {
  private board: StepBoard | undefined;

  constructor(private readonly write: (line: string) => void) {}

  copying(elapsedMs: number): void {
    this.write(`copying the repository: ${duration(elapsedMs)} so far`);
  }

  registered(commands: ProjectCommands): void {
    this.write(`commands: ${commandWords(commands)}`);
  }

  planned(request: RequestResource): void {
    this.write(`understood as ${request.intent ?? 'nothing'} (${request.evidence.join(', ')})`);
    for (const note of request.notes ?? []) this.write(`note: ${note}`);
    if (!request.plan) return;
    this.write(`plan: ${planLine(request.plan)}`);
    this.board = new StepBoard(request.plan);
  }

  happened(entry: FeedEntry): void {
    const step = this.board?.take(entry);
    if (!step) return;
    if (step.sentBack) {
      this.write(`${step.name}: ${step.sentBack.reason}`);
      for (const line of findingLines(step.sentBack.findings, plain)) this.write(line);
      return;
    }
    const took =
      step.endedAt !== undefined && step.startedAt !== undefined
        ? ` in ${duration(step.endedAt - step.startedAt)}`
        : '';
    const who = step.agentId === undefined ? '' : ` by ${step.agentId}`;
    const again = step.attempt > 1 ? ` (try ${step.attempt})` : '';
    const reason =
      typeof entry.data['reason'] === 'string' && step.state === 'failed' ? `: ${entry.data['reason']}` : '';
    this.write(`${step.name}: ${step.state.replace('_', ' ')}${who}${again}${took}${reason}`);
  }

  lost(giveUpMs: number): void {
    this.write(lostWords(giveUpMs));
  }

  back(): void {
    this.write(backWords);
  }

  decide(approval: ApprovalResource): Promise<undefined> {
    const what = approval.kind === 'plan_approval' ? 'the plan' : 'the landing';
    this.write(
      `the demo's approver approves ${what} by policy: there is no terminal to ask on (${approval.subject_digest})`,
    );
    return Promise.resolve(undefined);
  }

  choose({ escalation, subject_digest }: ApprovalResource): Promise<undefined> {
    this.write(
      `the work was rejected too often (${escalation?.error.code ?? ''}); the demo's approver abandons it by policy: there is no terminal to ask on (${subject_digest})`,
    );
    return Promise.resolve(undefined);
  }

  ended(): void {
    this.board = undefined;
  }
}
