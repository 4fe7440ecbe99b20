import { FailureException, type Logger } from '@ymera/kernel';
import type { SignCheckpoint } from './sign-checkpoint';

/** When checkpoints are signed, and what becomes of a refusal: no further one, and a service that is not ready. */
export class Checkpointing {
  private unsigned = 0;
  private refusal: FailureException | undefined;

  constructor(
    private readonly signCheckpoint: Pick<SignCheckpoint, 'execute'>,
    /** So many new entries do not wait for the next regular checkpoint. */
    private readonly everyEntries: number,
    private readonly logger: Logger,
  ) {}

  /** Fails when the log is not what was signed: then the service must not start. */
  async start(): Promise<void> {
    await this.signCheckpoint.execute();
  }

  /** Rejects for passing reasons only. */
  async sign(): Promise<void> {
    try {
      this.unsigned = 0;
      await this.signCheckpoint.execute();
      this.refusal = undefined;
    } catch (error) {
      if (!(error instanceof FailureException) || error.failure.retryable) throw error;
      if (this.refusal?.failure.code !== error.failure.code)
        this.logger.error('the audit log was tampered with', { error });
      this.refusal = error;
    }
  }

  async recorded(entries: number): Promise<void> {
    this.unsigned += entries;
    // The entries are safe whatever comes of this; the regular checkpoint will cover them.
    if (this.unsigned >= this.everyEntries) await this.sign().catch(() => undefined);
  }

  async check(): Promise<void> {
    if (this.refusal) throw this.refusal;
  }
}
