import type { DynamicModule } from '@nestjs/common';
import { RabbitTransport } from '@ymera/messaging';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { noteSigner } from '@ymera/transparency';
import { AuditController } from './adapters/messaging/audit.controller';
import { migrations } from './adapters/persistence/migrations';
import { PostgresEntryLog } from './adapters/persistence/postgres-entry-log';
import { PostgresLogReader } from './adapters/persistence/postgres-log-reader';
import { PostgresCheckpointLog } from './adapters/persistence/postgres-tree';
import { Checkpointing } from './application/checkpointing';
import { ListEntries } from './application/list-entries';
import { ReadLog } from './application/read-log';
import { RecordEntries } from './application/record-entries';
import { SignCheckpoint } from './application/sign-checkpoint';
import type { AuditConfig } from './config';

class AuditModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function auditModule(config: AuditConfig, runtime: ServiceRuntime): Promise<DynamicModule> {
  const { logger, health, shutdown } = runtime;
  const signer = noteSigner(config.YMERA_AUDIT_SIGNING_KEY.reveal());
  // The audit service publishes nothing; the relay brings back deliveries that wait for another try.
  const infrastructure = await openServiceInfrastructure(config, runtime, { service: 'audit', migrations });
  const { database } = infrastructure;

  const unitOfWork = infrastructure.unitOfWork((sql) => ({
    log: new PostgresEntryLog(sql),
    checkpoints: new PostgresCheckpointLog(sql),
  }));
  const reader = new PostgresLogReader(database.sql);
  const checkpointing = new Checkpointing(
    new SignCheckpoint(unitOfWork, signer),
    config.YMERA_AUDIT_CHECKPOINT_ENTRIES,
    logger,
  );
  await checkpointing.start();
  const checkpoints = new PeriodicJob(
    'checkpoints',
    config.YMERA_AUDIT_CHECKPOINT_SECONDS * 1000,
    () => checkpointing.sign(),
    logger,
  );
  checkpoints.start();
  shutdown.defer('checkpoints', () => checkpoints.stop());
  health.add('audit log', () => checkpointing.check());

  return {
    module: AuditModule,
    controllers: [AuditController],
    providers: [
      { provide: RecordEntries, useFactory: () => new RecordEntries(unitOfWork) },
      { provide: ListEntries, useFactory: () => new ListEntries(reader) },
      { provide: ReadLog, useFactory: () => new ReadLog(reader, signer.verifierKey) },
      { provide: Checkpointing, useFactory: () => checkpointing },
      {
        provide: RabbitTransport,
        useFactory: () => infrastructure.transport(),
      },
    ],
  };
}
