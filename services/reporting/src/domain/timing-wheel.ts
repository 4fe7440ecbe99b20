/**
 * Deadlines of very many items. Arming and firing have constant cost per item, and the passing of time costs only what
 * is due. An item fires at or after its time; one beyond the range of the wheel fires early, at the wheel's end, so the
 * caller checks the time and arms it again.
 */
export class TimingWheel<Item> {
  private readonly slots: Item[][];
  private currentTick: number;
  private armed = 0;

  constructor(
    private readonly tickMs: number,
    slotCount: number,
    now: number,
  ) {
    this.slots = Array.from({ length: slotCount }, () => []);
    this.currentTick = Math.floor(now / tickMs);
  }

  get size(): number {
    return this.armed;
  }

  arm(item: Item, at: number): void {
    const tick = Math.ceil(at / this.tickMs);
    const earliest = this.currentTick + 1;
    const latest = this.currentTick + this.slots.length;
    const slot = this.slots[Math.min(Math.max(tick, earliest), latest) % this.slots.length];
    slot?.push(item);
    this.armed += 1;
  }

  /** Everything that is due. After a pause longer than the wheel each slot is emptied once. */
  advance(now: number): Item[] {
    const due: Item[] = [];
    const target = Math.floor(now / this.tickMs);
    // The clock was set back. Armed items fire within one turn of the wheel, perhaps early, and are checked again.
    if (target < this.currentTick) this.currentTick = target;
    const steps = Math.min(target - this.currentTick, this.slots.length);
    for (let step = 1; step <= steps; step += 1) {
      const index = (this.currentTick + step) % this.slots.length;
      for (const item of this.slots[index] ?? []) due.push(item);
      this.slots[index] = [];
    }
    this.currentTick = target;
    this.armed -= due.length;
    return due;
  }
}
