import type { DynamicModule } from '@nestjs/common';
import { messageIdRetentionMs, systemClock, uuidv7 } from '@ymera/kernel';
import { headerNames } from '@ymera/messaging';
import { redact, redactText } from '@ymera/observability';
import { PeriodicJob, type ServiceInfrastructure, type ServiceRuntime } from '@ymera/service';
import { DeadLettersController } from './adapters/messaging/dead-letters.controller';
import { prometheusDeadLetters } from './adapters/observability/prometheus-dead-letters';
import { postgresDeadLetterStores } from './adapters/persistence/postgres-dead-letter-store';
import { DeleteOldDeadLetters } from './application/delete-old-dead-letters';
import { PublishDeadLetters } from './application/publish-dead-letters';
import { ReadDeadLetters } from './application/read-dead-letters';
import { RecordDeadLetter } from './application/record-dead-letter';
import { ReplayDeadLetter } from './application/replay-dead-letter';
import type { OrchestratorConfig } from '../config';

const expireIntervalMs = 60_000;
const maxSummaryIntervalMs = 5_000;
const dayMs = 86_400_000;
const redaction = { value: (value: unknown) => redact(value), text: redactText };

/** The part of the composition root that records dead letters (ADR 0011). */
export function deadLettersModule(
  config: OrchestratorConfig,
  { logger, health, shutdown }: ServiceRuntime,
  { messaging, unitOfWork: over }: ServiceInfrastructure,
): Required<Pick<DynamicModule, 'controllers' | 'providers'>> {
  const clock = systemClock;
  const metrics = prometheusDeadLetters();
  const unitOfWork = over(postgresDeadLetterStores);
  const newId = (): string => uuidv7();
  const maxLetters = config.YMERA_DEAD_LETTER_LIMIT;

  const summaryMs = config.YMERA_DEAD_LETTER_SUMMARY_SECONDS * 1000;
  const publishing = new PublishDeadLetters({
    unitOfWork,
    clock,
    periodMs: summaryMs,
    keptMs: config.YMERA_DEAD_LETTER_RETENTION_DAYS * dayMs,
  });
  const summaries = new PeriodicJob(
    'dead letter summaries',
    Math.min(summaryMs, maxSummaryIntervalMs),
    () => publishing.execute(),
    logger,
  );
  summaries.start();
  shutdown.defer('dead letter summaries', () => summaries.stop());

  const recording = new RecordDeadLetter({
    unitOfWork,
    publishing,
    redaction,
    metrics,
    clock,
    newId,
    maxLetters,
  });
  const keeper = messaging.keepDeadLetters((letter) => recording.execute(letter));
  health.add('dead_letters', async () => {
    const problems = keeper.problems();
    if (problems.length > 0) throw new Error(problems.join('; '));
  });

  const forgetting = new DeleteOldDeadLetters(
    unitOfWork,
    metrics,
    clock,
    config.YMERA_DEAD_LETTER_RETENTION_DAYS,
  );
  const periodicJob = new PeriodicJob(
    'delete old dead letters',
    expireIntervalMs,
    () => forgetting.execute(),
    logger,
  );
  periodicJob.start();
  shutdown.defer('dead letters', () => periodicJob.stop());

  const reading = new ReadDeadLetters({ unitOfWork, redaction, clock, retentionMs: messageIdRetentionMs });
  const replaying = new ReplayDeadLetter({
    unitOfWork,
    reading,
    publishing,
    metrics,
    clock,
    newId,
    retentionMs: messageIdRetentionMs,
    senderHeader: headerNames.sender,
  });
  return {
    controllers: [DeadLettersController],
    providers: [
      { provide: ReadDeadLetters, useValue: reading },
      { provide: ReplayDeadLetter, useValue: replaying },
    ],
  };
}
