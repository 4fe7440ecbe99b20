import type { Logger } from 'typeorm';

/**
 * TypeORM writes to the console even when logging is off; its errors are thrown, and logged once where they are caught.
 */
export class QuietLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
