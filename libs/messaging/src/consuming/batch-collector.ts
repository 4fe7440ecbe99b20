import type { BatchOptions } from '../subscription';

/**
 * Collects items until there are `max` of them or the first has waited `waitMs`, and hands them over, one batch at a
 * time. The consumer's prefetch limits what it holds.
 */
export class BatchCollector<Item> {
  #items: Item[] = [];
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;

  constructor(
    private readonly options: BatchOptions,
    private readonly handOver: (items: Item[]) => Promise<void>,
  ) {}

  add(item: Item): void {
    if (this.#items.push(item) === 1) this.#firstAt = performance.now();
    if (!this.#isBusy) this.#next();
  }

  /** Items that have not been handed over, to be returned. */
  clear(): readonly Item[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #next(): void {
    const { max, waitMs } = this.options;
    if (this.#items.length >= max) void this.#run();
    else if (this.#items.length > 0 && this.#timer === undefined) {
      const leftMs = Math.max(0, this.#firstAt + waitMs - performance.now());
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        if (!this.#isBusy) void this.#run();
      }, leftMs);
    }
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#items.length === 0) return;
    this.#isBusy = true;
    const { max } = this.options;
    const batch = this.#items.length > max ? this.#items.splice(0, max) : this.#items;
    if (batch === this.#items) this.#items = [];
    // What is left, or comes meanwhile, has waited at least since now.
    this.#firstAt = performance.now();
    await this.handOver(batch);
    this.#isBusy = false;
    this.#next();
  }
}
