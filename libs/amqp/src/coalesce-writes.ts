import type { ChannelModel } from 'amqplib';
import { Socket } from 'node:net';

/**
 * Lets what one turn of the event loop writes leave in one system call. amqplib writes each message by itself, which
 * costs more than all its encoding. The socket is not part of its declared interface: where it cannot be found, writes
 * are only slower.
 */
export function coalesceWrites(model: ChannelModel): void {
  const { stream } = model.connection as { readonly stream?: unknown };
  if (!(stream instanceof Socket)) return;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
}
