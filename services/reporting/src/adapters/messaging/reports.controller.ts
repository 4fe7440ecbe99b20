import { Controller, Inject } from '@nestjs/common';
import { partitionCount, report, reportQueue, type PayloadOf } from '@ymera/contracts';
import { assertNever, failureOf } from '@ymera/kernel';
import { ack, OnAgentBatch, retry, type Disposition, type Received } from '@ymera/messaging';
import { IngestReports, type IngestOutcome } from '../../application/ingest-reports';
import { WatchIngest } from '../../application/watch-ingest';

/** Per queue; batches of several queues are written together. */
const batch = { max: 200, waitMs: 10 };

const queues = Array.from({ length: partitionCount }, (_, partition) => reportQueue(partition));

/** Reports of the partitions that this instance holds. */
@Controller()
export class ReportsController {
  constructor(
    @Inject(IngestReports) private readonly ingest: IngestReports,
    @Inject(WatchIngest) private readonly watch: WatchIngest,
  ) {}

  @OnAgentBatch(queues, report, { ...batch, consume: 'assignment' })
  async reports(messages: Received<PayloadOf<typeof report>>[]): Promise<Disposition[]> {
    if (messages.length >= batch.max)
      this.watch.tookFullBatch(
        messages.map(({ principalId }) => principalId),
        Date.now(),
      );
    try {
      const outcomes = await this.ingest.execute(
        messages.map(({ principalId, payload, time, attempts }) => ({
          principalId,
          report: payload,
          receivedAt: time.getTime(),
          attempts,
        })),
      );
      return outcomes.map(dispositionOf);
    } catch (error) {
      // A transient failure: these reports wait. Any other failure is about one report, which bisection finds.
      if (failureOf(error).retryable) this.watch.failed(Date.now());
      throw error;
    }
  }
}

/** A refused report is acknowledged: it was counted, and raised as a signal within its sender's budget. */
function dispositionOf(outcome: IngestOutcome): Disposition {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate':
    case 'retired':
    case 'frozen':
    case 'violation':
      return ack();
    case 'later':
      return retry(outcome.afterMs, outcome.code);
    default:
      return assertNever(outcome);
  }
}
