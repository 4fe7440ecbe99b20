import { Controller, Inject } from '@nestjs/common';
import {
  getDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  type DeadLetterResource,
  type PayloadOf,
  type ReplyOf,
} from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { OnQuery } from '@ymera/messaging';
import { ReadDeadLetters } from '../../application/read-dead-letters';
import { ReplayDeadLetter } from '../../application/replay-dead-letter';

@Controller()
export class DeadLettersController {
  constructor(
    @Inject(ReadDeadLetters) private readonly reading: ReadDeadLetters,
    @Inject(ReplayDeadLetter) private readonly replaying: ReplayDeadLetter,
  ) {}

  @OnQuery(listDeadLetters)
  page(filter: PayloadOf<typeof listDeadLetters>): Promise<Result<ReplyOf<typeof listDeadLetters>>> {
    return this.reading.page(filter);
  }

  @OnQuery(getDeadLetter)
  one({ dead_letter_id: id }: PayloadOf<typeof getDeadLetter>): Promise<Result<DeadLetterResource>> {
    return this.reading.one(id);
  }

  @OnQuery(replayDeadLetter)
  replay({
    dead_letter_id: id,
    actor,
  }: PayloadOf<typeof replayDeadLetter>): Promise<Result<DeadLetterResource>> {
    return this.replaying.execute(id, actor);
  }
}
