import { type PayloadOf, requestQuestioned, type submitRequest, type Plan } from '@ymera/contracts';
import { type Clock, err, failure, ok, type Result, truncateEnd } from '@ymera/kernel';
import { planFor, type PlanningLimits } from '../domain/planning';
import type { Request } from '../domain/request';
import { understand, type Understanding } from '../domain/understanding';
import { announcePlan, planned, type Transaction } from './announce-plan';
import { earlierRequest, idempotencyOf, insertOnce } from './insert-once';
import { requireAgents } from './require-agents';
import type { CoordinatorUnitOfWork, Directory, IdempotencyKey, Ids } from './ports';

type Submission = PayloadOf<typeof submitRequest>;

export interface SubmitRequestDependencies {
  readonly unitOfWork: CoordinatorUnitOfWork;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: PlanningLimits;
  readonly traceId: () => string;
  /** How long the orchestrator may take to know a workflow before it is asked about it. */
  readonly checkAfterMs: number;
}

/**
 * Of a request with all answers to its questions. Every message that carries the whole text stays below the broker's limit of
 * 1 MiB, whatever the characters are.
 */
export const maxRequestTextLength = 100_000;

/** Understands a sentence, plans it, and starts the run; or asks the one question that is missing. */
export class SubmitRequest {
  constructor(private readonly use: SubmitRequestDependencies) {}

  async execute({ project_id, text, actor, idempotency_key }: Submission): Promise<Result<Request>> {
    if (text.trim() === '')
      return err(
        failure('validation', 'request_empty', 'The text of the request is empty.', {
          suggestion: 'Say what should change, in your own words.',
        }),
      );
    const idempotency = idempotencyOf(idempotency_key, { project_id, text });
    const earlier = await earlierRequest(this.use.unitOfWork, actor.name, idempotency);
    if (earlier) return earlier;
    const project = await this.use.directory.project(project_id);
    if (!project.ok) return project;
    const understood = understand(text);
    const draft = this.draft(project_id, text, actor.name, understood);
    if (understood.question) return this.ask(draft, understood.question, idempotency);
    const plan = await this.plan(draft, understood);
    if (!plan.ok) return plan;
    const request = planned(draft, plan.value, project.value, this.use.ids.next());
    const announcement = { plan: plan.value, project: project.value, checkAt: this.checkAt() };
    return this.store(request, idempotency, (tx) => announcePlan(tx, request, announcement));
  }

  /** Appends the answer to the sentence and interprets the whole again. */
  async answer(requestId: string, answer: string): Promise<Result<Request>> {
    const open = await this.use.unitOfWork.run((tx) => tx.requests.find(requestId));
    if (!open) return err(failure('not_found', 'request_not_found', 'Unknown request.'));
    if (open.state !== 'input_required')
      return err(failure('conflict', 'no_open_question', 'The request has no open question.'));
    const project = await this.use.directory.project(open.projectId);
    if (!project.ok) return project;
    const text = `${open.text}\n${answer}`;
    if (text.length > maxRequestTextLength)
      return err(
        failure(
          'validation',
          'request_too_long',
          `With this answer the request has ${text.length} characters; it may have ${maxRequestTextLength}.`,
          { suggestion: 'Answer in fewer words, or cancel the request and submit a shorter one.' },
        ),
      );
    const understood = understand(text);
    const version = open.version + 1;
    const { question } = understood;
    if (question) {
      const again: Request = { ...open, text, ...seen(understood), question, version };
      await this.use.unitOfWork.run(async (tx) => {
        await tx.requests.update(again);
        await announceQuestion(tx.outbox, again, question);
      });
      return ok(again);
    }
    const plan = await this.plan(open, understood);
    if (!plan.ok) return plan;
    const request = {
      ...planned({ ...open, text, ...seen(understood) }, plan.value, project.value, this.use.ids.next()),
      version,
    };
    await this.use.unitOfWork.run(async (tx) => {
      await tx.requests.update(request);
      await announcePlan(tx, request, { plan: plan.value, project: project.value, checkAt: this.checkAt() });
    });
    return ok(request);
  }

  private checkAt(): Date {
    return new Date(this.use.clock.now().getTime() + this.use.checkAfterMs);
  }

  private draft(projectId: string, text: string, requestedBy: string, understood: Understanding): Request {
    return {
      requestId: this.use.ids.next(),
      projectId,
      text,
      requestedBy,
      state: 'running',
      ...seen(understood),
      question: null,
      plan: null,
      planDigest: null,
      workflowId: null,
      error: null,
      traceId: this.use.traceId(),
      createdAt: this.use.clock.now(),
      endedAt: null,
      notes: [],
      version: 1,
    };
  }

  private ask(
    draft: Request,
    question: string,
    idempotency: IdempotencyKey | undefined,
  ): Promise<Result<Request>> {
    const request: Request = { ...draft, state: 'input_required', question };
    return this.store(request, idempotency, ({ outbox }) => announceQuestion(outbox, request, question));
  }

  private store(
    request: Request,
    idempotency: IdempotencyKey | undefined,
    publish: (tx: Transaction) => Promise<void>,
  ): Promise<Result<Request>> {
    return this.use.unitOfWork.run((tx) => insertOnce(tx.requests, request, idempotency, () => publish(tx)));
  }

  private async plan(draft: Request, understood: Understanding): Promise<Result<Plan>> {
    const plan = planFor(understood, titleOf(draft.text), this.use.limits);
    if (!plan.ok) return plan;
    const enrolled = await requireAgents(plan.value, this.use.directory);
    if (!enrolled.ok) return enrolled;
    return plan;
  }
}

const seen = ({
  intent,
  confidence,
  evidence,
}: Understanding): Pick<Request, 'intent' | 'confidence' | 'evidence'> => ({
  intent,
  confidence,
  evidence,
});

/** The first line, which becomes the commit's subject. */
const titleOf = (text: string): string => truncateEnd(text.trim().split('\n', 1)[0] ?? '', 200);

const announceQuestion = (outbox: Transaction['outbox'], request: Request, question: string): Promise<void> =>
  outbox.event(requestQuestioned, {
    aggregateId: request.requestId,
    aggregateVersion: request.version,
    payload: {
      request_id: request.requestId,
      project_id: request.projectId,
      requested_by: request.requestedBy,
      text: request.text,
      question,
    },
  });
