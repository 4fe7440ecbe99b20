import type { ChannelModel } from 'amqplib';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { coalesceWrites } from './coalesce-writes';

/** A socket pair; `calls` counts what goes to the system. */
async function pair(): Promise<{
  socket: Socket;
  received: () => string;
  calls: () => number;
  close(): void;
}> {
  let text = '';
  const server = createServer((peer) => peer.on('data', (chunk) => (text += chunk.toString())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  let calls = 0;
  for (const name of ['_write', '_writev'] as const) {
    const original = socket[name]?.bind(socket) as (...args: unknown[]) => void;
    socket[name] = (...args: unknown[]) => {
      calls += 1;
      original(...args);
    };
  }
  const close = (): void => {
    socket.destroy();
    server.close();
  };
  return { socket, received: () => text, calls: () => calls, close };
}

it('sends what one turn writes in one call, in order', async () => {
  const { socket, received, calls, close } = await pair();
  coalesceWrites({ connection: { stream: socket } } as unknown as ChannelModel);
  const messages = Array.from({ length: 20 }, (_, index) => `message ${index};`);
  for (const message of messages) socket.write(message);
  while (received().length < messages.join('').length) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(received()).toBe(messages.join(''));
  expect(calls()).toBe(1);
  socket.write('later');
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls()).toBe(2);
  close();
});

it('leaves a connection alone whose socket it cannot find', () => {
  expect(() => coalesceWrites({ connection: {} } as unknown as ChannelModel)).not.toThrow();
});
