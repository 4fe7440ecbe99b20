interface Submission<Item, Outcome> {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Combines submissions of many queues into few transactions: while one group is written the next gathers, without an
 * added delay. A group that fails is retried submission by submission, so that only the one at fault fails.
 */
export class GroupCommit<Item, Outcome> {
  private waiting: Submission<Item, Outcome>[] = [];
  private isRunning = false;

  constructor(
    private readonly maxGroupSize: number,
    /** All items or none; one outcome for each, in order. */
    private readonly process: (items: readonly Item[]) => Promise<Outcome[]>,
  ) {}

  submit(items: readonly Item[]): Promise<Outcome[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) await this.group(this.nextGroup());
    this.isRunning = false;
  }

  private nextGroup(): Submission<Item, Outcome>[] {
    let size = 0;
    const beyond = this.waiting.findIndex(({ items }, index) => {
      size += items.length;
      return index > 0 && size > this.maxGroupSize;
    });
    return this.waiting.splice(0, beyond === -1 ? this.waiting.length : beyond);
  }

  private async group(submissions: readonly Submission<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.process(submissions.flatMap(({ items }) => items));
      let start = 0;
      for (const { items, resolve } of submissions) {
        resolve(outcomes.slice(start, start + items.length));
        start += items.length;
      }
    } catch (error) {
      const [only, ...others] = submissions;
      if (others.length === 0) only?.reject(error);
      else for (const submission of submissions) await this.group([submission]);
    }
  }
}
