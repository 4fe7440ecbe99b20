import { failure, FailureException } from '@ymera/kernel';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on and fails with this code above `maxBytes`. */
export class BoundedStream extends Transform {
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly code: string,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.maxBytes) return done(null, chunk);
    return done(
      new FailureException(failure('validation', this.code, `The limit is ${this.maxBytes} bytes.`)),
    );
  }
}
