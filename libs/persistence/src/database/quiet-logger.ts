import type { Logger } from 'typeorm';

/** TypeORM writes to the console even when logging is off; what went wrong is thrown, and logged once where it is caught. */
export class QuietLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
