import { createPauseLog, dropPauseLog } from '@ymera/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pauses of all dispatch: by whom, why and for how long. */
export class DispatchPauses1767225600021 implements MigrationInterface {
  readonly name = 'DispatchPauses1767225600021';

  up(runner: QueryRunner): Promise<void> {
    return createPauseLog(runner, 'dispatch');
  }

  down(runner: QueryRunner): Promise<void> {
    return dropPauseLog(runner, 'dispatch');
  }
}
