import { createReadStream } from 'node:fs';
import { overlap } from '../tools/overlap';

/** Shorter values occur in harmless text and are no secrets. */
const minSecretLength = 6;
const readBytes = 1_048_576;
const replacement = '[withheld]';

/** Removes the values of a command's variables from all reported text. */
export class WithheldValues {
  private readonly values: readonly string[];

  constructor(private readonly named: Readonly<Record<string, string>>) {
    const secrets = Object.values(named).filter((value) => value.length >= minSecretLength);
    // Longest first: one value may contain another.
    this.values = [...new Set(secrets)].sort((one, other) => other.length - one.length);
  }

  /** Names of the variables whose value the file contains; reads in pieces, because the file may be larger than memory. */
  async namesInFile(path: string): Promise<readonly string[]> {
    const wanted = Object.entries(this.named).filter(([, value]) => this.values.includes(value));
    if (wanted.length === 0) return [];
    const kept = Math.max(...wanted.map(([, value]) => Buffer.byteLength(value))) - 1;
    const found = new Set<string>();
    let end = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: readBytes })) {
      const piece = Buffer.concat([end, chunk as Buffer]);
      for (const [name, value] of wanted) if (piece.includes(value)) found.add(name);
      end = piece.subarray(Math.max(0, piece.length - kept));
    }
    return wanted.map(([name]) => name).filter((name) => found.has(name));
  }

  withheldFrom(text: string): string {
    return this.values.reduce((rest, value) => rest.replaceAll(value, replacement), text);
  }

  /** The same for text that comes in chunks: the possible beginning of a value waits for the next chunk. */
  stream(sink: (text: string) => void): { push(chunk: string): void; end(): void } {
    let waiting = '';
    const pass = (text: string) => {
      if (text !== '') sink(text);
    };
    return {
      push: (chunk) => {
        const text = this.withheldFrom(waiting + chunk);
        const kept = Math.max(0, ...this.values.map((value) => overlap(text, value)));
        waiting = text.slice(text.length - kept);
        pass(text.slice(0, text.length - kept));
      },
      end: () => {
        pass(waiting);
        waiting = '';
      },
    };
  }
}
