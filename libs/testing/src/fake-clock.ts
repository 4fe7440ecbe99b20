import type { Clock } from '@ymera/kernel';

/** Does not move by itself. */
export class FakeClock implements Clock {
  private time: number;

  constructor(start: Date | string = '2026-01-01T00:00:00.000Z') {
    this.time = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  set(time: Date | string): void {
    this.time = new Date(time).getTime();
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}
