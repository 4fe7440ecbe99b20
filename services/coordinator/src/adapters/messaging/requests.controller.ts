import { Controller, Inject } from '@nestjs/common';
import {
  answerRequest,
  cancelRequest,
  getRequest,
  listRequests,
  type PayloadOf,
  type ReplyOf,
  revertChange,
  submitRequest,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnQuery } from '@ymera/messaging';
import { HandleWorkflowEnd } from '../../application/handle-workflow-end';
import { ReadRequests } from '../../application/read-requests';
import { RevertChange } from '../../application/revert-change';
import { SubmitRequest } from '../../application/submit-request';
import { type Request, resourceOf } from '../../domain/request';

type Answer = Result<ReplyOf<typeof getRequest>>;

@Controller()
export class RequestsController {
  constructor(
    @Inject(SubmitRequest) private readonly submission: SubmitRequest,
    @Inject(HandleWorkflowEnd) private readonly workflows: HandleWorkflowEnd,
    @Inject(ReadRequests) private readonly requests: ReadRequests,
    @Inject(RevertChange) private readonly reverting: RevertChange,
  ) {}

  @OnQuery(submitRequest)
  async submit(payload: PayloadOf<typeof submitRequest>): Promise<Answer> {
    return this.shown(await this.submission.execute(payload));
  }

  @OnQuery(revertChange)
  async revert(payload: PayloadOf<typeof revertChange>): Promise<Answer> {
    return this.shown(await this.reverting.execute(payload));
  }

  @OnQuery(answerRequest)
  async answer({ request_id, answer }: PayloadOf<typeof answerRequest>): Promise<Answer> {
    return this.shown(await this.submission.answer(request_id, answer));
  }

  @OnQuery(cancelRequest)
  async cancel({ request_id, actor, reason }: PayloadOf<typeof cancelRequest>): Promise<Answer> {
    return this.shown(await this.workflows.cancel(request_id, actor.name, reason));
  }

  @OnQuery(getRequest)
  async get({ request_id }: PayloadOf<typeof getRequest>): Promise<Answer> {
    return this.shown(await this.requests.one(request_id));
  }

  @OnQuery(listRequests)
  async list(payload: PayloadOf<typeof listRequests>): Promise<Result<ReplyOf<typeof listRequests>>> {
    const page = await this.requests.page(payload);
    if (!page.ok) return page;
    const pending = await this.requests.waitingFor(page.value.items);
    return ok({ ...page.value, items: page.value.items.map((request) => resourceOf(request, pending)) });
  }

  private async shown(result: Result<Request>): Promise<Answer> {
    if (!result.ok) return result;
    return ok(resourceOf(result.value, await this.requests.waitingFor([result.value])));
  }
}
