/**
 * The settled deliveries of one channel, and the fewest acknowledgements for them: one for all up to the first that is
 * still open, single ones beyond it, so that a slow message does not delay the others.
 */
export class AckWindow {
  /** All tags up to here are acknowledged. */
  #floor = 0;
  /** Settled tags above the floor. */
  readonly #ahead = new Set<number>();
  #fresh: number[] = [];

  settle(tag: number): void {
    this.#fresh.push(tag);
  }

  /** Settled by a rejection of its own; it must not be acknowledged any more. */
  skip(tag: number): void {
    this.#ahead.add(tag);
  }

  flush(acknowledge: (tag: number, allUpTo: boolean) => void): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    for (const tag of fresh) this.#ahead.add(tag);
    while (this.#ahead.delete(this.#floor + 1)) this.#floor += 1;
    // The tag of an "all up to" must itself be unacknowledged, or the broker closes the channel.
    let upTo = 0;
    for (const tag of fresh) {
      if (tag > this.#floor) acknowledge(tag, false);
      else if (tag > upTo) upTo = tag;
    }
    if (upTo > 0) acknowledge(upTo, true);
  }
}
