import type { Logger } from '@ymera/kernel';

/** Resources to close at the end, last opened first: defer the close right after each opening. */
export class ShutdownSequence {
  readonly #steps: { readonly name: string; readonly close: () => Promise<unknown> | void }[] = [];

  constructor(private readonly logger: Logger) {}

  defer(name: string, close: () => Promise<unknown> | void): void {
    this.#steps.push({ name, close });
  }

  /** Each step runs even if another one fails. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { name, close } = step;
      try {
        await close();
      } catch (error) {
        this.logger.warn('resource could not be closed', { resource: name, error });
      }
    }
  }
}
