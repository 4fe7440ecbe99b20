import type { Logger } from '@ymera/kernel';

/** What must be closed at the end, last opened first: whoever opens something defers its close in the same breath. */
export class ShutdownSequence {
  readonly #steps: { readonly name: string; readonly close: () => Promise<unknown> | void }[] = [];

  constructor(private readonly logger: Logger) {}

  defer(name: string, close: () => Promise<unknown> | void): void {
    this.#steps.push({ name, close });
  }

  /** Each step runs whatever came of the others. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { name, close } = step;
      try {
        await close();
      } catch (error) {
        this.logger.warn('could not close', { resource: name, error });
      }
    }
  }
}
