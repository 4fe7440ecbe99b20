import { withTimeout } from '@ymera/kernel';

/** One open watch: woken when there may be something to read, over when its client or this process goes. */
export class Watcher {
  #isAwake = false;
  #isEnded = false;
  #wakeUp: (() => void) | undefined;

  constructor(
    readonly requestId: string,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.#wakeUp?.(), { once: true });
  }

  get isOver(): boolean {
    return this.#isEnded || this.signal.aborted;
  }

  wake(): void {
    this.#isAwake = true;
    this.#wakeUp?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wakeUp?.();
  }

  /** Call before a read: later entries wake the watch again. */
  settle(): void {
    this.#isAwake = false;
  }

  /** False when the timeout passed without a wake-up. */
  async wait(milliseconds: number): Promise<boolean> {
    if (this.#isAwake || this.isOver) return true;
    const { promise: woken, resolve } = Promise.withResolvers<boolean>();
    this.#wakeUp = () => resolve(true);
    return withTimeout(milliseconds, woken, () => false).finally(() => (this.#wakeUp = undefined));
  }
}
