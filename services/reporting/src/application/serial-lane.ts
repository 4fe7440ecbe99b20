/** Runs work one after the other: what changes the fleet sees it as the one before has left it. */
export class SerialLane {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work);
    this.last = next.catch(() => undefined);
    return next;
  }

  /** Resolves when everything that was asked for until now is done. */
  async idle(): Promise<void> {
    await this.last;
  }
}
