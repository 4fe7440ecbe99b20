/** One published message that waits for its confirm. */
export interface Pending {
  readonly messageId: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly bytes: number;
  /** Why the broker returned it; the confirm follows. */
  returned: string | undefined;
}

/**
 * The messages of one channel between publish and confirm. The broker numbers publishes from 1 on each channel, so a
 * ring indexed by that number holds them without a closure or a map entry per message.
 */
export class ConfirmWindow<Entry extends Pending> {
  readonly #ring: (Entry | undefined)[];
  /** All numbers below are settled. */
  #oldest = 1;
  #next = 1;
  #size = 0;
  #bytes = 0;

  /** `capacity` bounds the span from the oldest unconfirmed message to the newest, `maxBytes` their bodies. */
  constructor(
    readonly capacity: number,
    readonly maxBytes: number,
  ) {
    this.#ring = new Array<Entry | undefined>(capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** One message always fits into an empty window, however large. */
  hasRoom(bytes: number): boolean {
    if (this.#next - this.#oldest >= this.capacity) return false;
    return this.#size === 0 || this.#bytes + bytes <= this.maxBytes;
  }

  add(entry: Entry): void {
    this.#ring[this.#next % this.capacity] = entry;
    this.#next += 1;
    this.#size += 1;
    this.#bytes += entry.bytes;
  }

  /** Returns are rare and carry no number: the first unreturned match takes it. */
  markReturned(match: Pick<Pending, 'messageId' | 'exchange' | 'routingKey'>, reason: string): void {
    for (let number = this.#oldest; number < this.#next; number += 1) {
      const entry = this.#ring[number % this.capacity];
      if (
        entry &&
        entry.returned === undefined &&
        entry.messageId === match.messageId &&
        entry.exchange === match.exchange &&
        entry.routingKey === match.routingKey
      ) {
        entry.returned = reason;
        return;
      }
    }
  }

  /** A confirm, positive or not, of one message or of all up to it. */
  settle(number: number, multiple: boolean, each: (entry: Entry) => void): void {
    if (number >= this.#next) return;
    for (let at = multiple ? this.#oldest : number; at <= number; at += 1) this.#take(at, each);
    while (this.#oldest < this.#next && this.#ring[this.#oldest % this.capacity] === undefined)
      this.#oldest += 1;
  }

  /** The channel has ended: the outcome of these is unknown. */
  drain(each: (entry: Entry) => void): void {
    this.settle(this.#next - 1, true, each);
    this.#oldest = this.#next = 1;
  }

  /** The one that has waited longest. */
  oldest(): Entry | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#oldest % this.capacity];
  }

  #take(number: number, each: (entry: Entry) => void): void {
    if (number < this.#oldest) return;
    const at = number % this.capacity;
    const entry = this.#ring[at];
    if (entry === undefined) return;
    this.#ring[at] = undefined;
    this.#size -= 1;
    this.#bytes -= entry.bytes;
    each(entry);
  }
}
