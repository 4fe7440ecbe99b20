import { context, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { log, progress, result, taskAccepted, type AgentMessageContract } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { z } from 'zod';
import type { AgentDefinition, Task, TaskContext, TaskResult } from './agent';
import { published } from './message-spans';

/** The connection of an attempt to the platform. */
export interface AttemptPort {
  send<Name extends string, Payload extends z.ZodType>(
    contract: AgentMessageContract<Name, Payload>,
    payload: z.input<Payload>,
    headers: Record<string, string>,
  ): Promise<boolean>;
  readonly credential: { readonly username: string; readonly password: string };
  readonly logger: Logger;
}

const logChunk = 65_536;
/** The maximum backoff of a result, and the interval once the broker has it: then only an answer is missing. */
const maxPauseMs = 60_000;
const tracer = trace.getTracer('@ymera/agent-sdk');

/** One attempt at a task, from acceptance until the platform has settled its result. */
export class Attempt {
  readonly key: string;
  private readonly abort = new AbortController();
  private readonly identity;
  /** Of the span of this attempt, once it runs: the parent of messages of the attempt. */
  private own: Context;
  private newest = { progress: 0, step: 'accepted' };
  private counter = 0;
  private logOffset = 0;
  private finished: z.input<typeof result.payload> | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private deadline: NodeJS.Timeout | undefined;
  private resend: NodeJS.Timeout | undefined;
  private isAbandoned = false;
  private isCanceled = false;

  constructor(
    private readonly agent: AgentDefinition,
    readonly task: Task,
    private readonly port: AttemptPort,
    /** The trace of the delivery of the task. */
    private readonly parent: Context,
  ) {
    const { agent_id, task_id, attempt, fencing_token } = task;
    this.identity = { agent_id, task_id, attempt, fencing_token };
    this.key = attemptKey(this.identity);
    this.own = parent;
  }

  /** Runs the handler to its end; never rejects. `deliverResult` then repeats the result until it is settled. */
  async run(): Promise<void> {
    const span = tracer.startSpan(
      `task ${this.task.type}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          'ymera.task_id': this.task.task_id,
          'ymera.agent_id': this.task.agent_id,
          'ymera.attempt': this.task.attempt,
        },
      },
      this.parent,
    );
    this.own = trace.setSpan(this.parent, span);
    this.heartbeat = setInterval(() => void this.beat(), this.task.heartbeat_s * 1000);
    this.deadline = setTimeout(
      () => {
        this.abort.abort(new Error('deadline'));
      },
      Math.max(0, Date.parse(this.task.deadline) - Date.now()),
    );
    try {
      await this.send(taskAccepted, this.identity);
      const outcome = await context.with(this.own, () => this.guarded());
      if (outcome.error) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error.code });
      this.finished = { ...this.identity, ...outcome };
    } finally {
      this.stopKeepingLease();
      span.end();
    }
    await this.deliverResult();
  }

  cancel(reason: string): void {
    this.isCanceled = true;
    this.abort.abort(new Error(reason));
  }

  /** Sends nothing more: the result of the handler no longer matters. */
  abandon(): void {
    this.isAbandoned = true;
    this.stopKeepingLease();
    clearTimeout(this.resend);
  }

  /** True once there is a result that waits to be settled. */
  get hasResult(): boolean {
    return this.finished !== undefined;
  }

  /**
   * Sends the result; again after every reconnect and with exponential backoff, because only `result_accepted` or
   * `result_refused` ends it. The first interval is that of a heartbeat, so that a result which the broker refused has
   * another chance within its lease.
   */
  async deliverResult(pauseMs = this.task.heartbeat_s * 1000): Promise<void> {
    if (!this.finished || this.isAbandoned) return;
    // Before the send, which may never settle on a dying connection.
    this.deliverAgainIn(pauseMs);
    if (await this.send(result, this.finished)) this.deliverAgainIn(maxPauseMs);
  }

  /** Extends the lease; also between heartbeats, when the lease may be about to expire after a disconnection. */
  async beat(): Promise<void> {
    if (this.finished || this.isAbandoned) return;
    await this.send(progress, { ...this.identity, ...this.newest, counter: this.counter });
  }

  status(): { task_id: string; attempt: number; progress: number; step: string; counter: number } {
    const { task_id, attempt } = this.identity;
    return { task_id, attempt, ...this.newest, counter: this.counter };
  }

  private deliverAgainIn(pauseMs: number): void {
    clearTimeout(this.resend);
    if (this.isAbandoned) return;
    this.resend = setTimeout(
      () => void this.deliverResult(Math.min(maxPauseMs, pauseMs * 2)),
      Math.min(maxPauseMs, pauseMs),
    );
  }

  private stopKeepingLease(): void {
    clearInterval(this.heartbeat);
    clearTimeout(this.deadline);
  }

  private async guarded(): Promise<TaskResult> {
    try {
      return await this.agent.handle(this.task, this.taskContext());
    } catch (error) {
      // Aborted work throws as a rule; the canceling side knows the reason.
      if (this.isCanceled) return { outcome: 'canceled', artefacts: [] };
      this.port.logger.error('task handler threw', { task_id: this.task.task_id, error });
      return {
        outcome: 'failed',
        artefacts: [],
        error: { code: 'agent_failed', message: 'The agent ended unexpectedly.', retryable: true },
      };
    }
  }

  private taskContext(): TaskContext {
    return {
      signal: this.abort.signal,
      workspaceCredential: this.port.credential,
      progress: (fraction, step) => {
        this.counter += 1;
        const changed = step !== this.newest.step;
        this.newest = { progress: Math.min(1, Math.max(0, fraction)), step: step.slice(0, 200) };
        if (changed) void this.beat();
      },
      log: (text) => {
        this.counter += 1;
        for (let from = 0; from < text.length; from += logChunk) {
          const chunk = text.slice(from, from + logChunk);
          void this.send(log, { ...this.identity, chunk, offset: this.logOffset });
          this.logOffset += chunk.length;
        }
      },
    };
  }

  private send<Name extends string, Payload extends z.ZodType>(
    contract: AgentMessageContract<Name, Payload>,
    payload: z.input<Payload>,
  ): Promise<boolean> {
    return published(contract.name, this.own, (headers) => this.port.send(contract, payload, headers));
  }
}

export const attemptKey = (of: { task_id: string; attempt: number; fencing_token: number }): string =>
  `${of.task_id}/${of.attempt}/${of.fencing_token}`;
