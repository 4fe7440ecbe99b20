import { FailureException, type Logger } from '@ymera/kernel';
import type { SignCheckpoint } from './sign-checkpoint';

/** When checkpoints are signed. After a refusal no further checkpoint is signed and the service is not ready. */
export class Checkpointing {
  private unsigned = 0;
  private refusal: FailureException | undefined;

  constructor(
    private readonly signCheckpoint: Pick<SignCheckpoint, 'execute'>,
    /** This many new entries trigger a checkpoint before the next regular one. */
    private readonly everyEntries: number,
    private readonly logger: Logger,
  ) {}

  /** Throws when the log does not match its signed checkpoints: then the service must not start. */
  async start(): Promise<void> {
    await this.signCheckpoint.execute();
  }

  /** Rejects for transient reasons only. */
  async sign(): Promise<void> {
    try {
      this.unsigned = 0;
      await this.signCheckpoint.execute();
      this.refusal = undefined;
    } catch (error) {
      if (!(error instanceof FailureException) || error.failure.retryable) throw error;
      if (this.refusal?.failure.code !== error.failure.code)
        this.logger.error('audit log tampered with', { error });
      this.refusal = error;
    }
  }

  async recorded(entries: number): Promise<void> {
    this.unsigned += entries;
    // The entries are stored whether or not this fails; the next regular checkpoint covers them.
    if (this.unsigned >= this.everyEntries) await this.sign().catch(() => undefined);
  }

  async check(): Promise<void> {
    if (this.refusal) throw this.refusal;
  }
}
