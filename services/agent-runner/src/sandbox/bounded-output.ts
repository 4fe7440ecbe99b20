import { StringDecoder } from 'node:string_decoder';

/**
 * Keeps the first and the last part of a stream of any length in bounded memory. A flood costs only the time to read it:
 * without reading, the command would hang on a full pipe, which looks like a different fault.
 */
export class BoundedOutput {
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private seen = 0;
  private readonly decoder = new StringDecoder('utf8');

  constructor(
    private readonly limit: number,
    private readonly onChunk?: (chunk: string) => void,
  ) {}

  push(chunk: Buffer): void {
    const room = Math.max(0, this.limit - this.seen);
    this.seen += chunk.length;
    if (room > 0) this.onChunk?.(this.decoder.write(chunk.subarray(0, room)));

    const half = Math.floor(this.limit / 2);
    const forHead = chunk.subarray(0, Math.max(0, half - this.headBytes));
    if (forHead.length > 0) {
      // A copy: a view would keep the whole pooled read buffer alive.
      this.head.push(Buffer.from(forHead));
      this.headBytes += forHead.length;
    }
    const rest = chunk.subarray(forHead.length);
    if (rest.length === 0) return;
    this.tail.push(Buffer.from(rest.subarray(Math.max(0, rest.length - half))));
    this.tailBytes += Math.min(rest.length, half);
    if (this.tailBytes > 2 * half) this.compactTail(half);
  }

  get truncated(): boolean {
    return this.seen > this.limit;
  }

  text(): string {
    const half = Math.floor(this.limit / 2);
    this.compactTail(half);
    const head = Buffer.concat(this.head).toString('utf8');
    const tail = Buffer.concat(this.tail).toString('utf8');
    const dropped = this.seen - this.headBytes - this.tailBytes;
    return dropped > 0 ? `${head}\n[... ${dropped} bytes dropped ...]\n${tail}` : head + tail;
  }

  private compactTail(half: number): void {
    const whole = Buffer.concat(this.tail);
    const kept = whole.subarray(Math.max(0, whole.length - half));
    this.tail = [Buffer.from(kept)];
    this.tailBytes = kept.length;
  }
}
