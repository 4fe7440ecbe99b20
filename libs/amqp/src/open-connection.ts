import { connect, type ChannelModel } from 'amqplib';
import type { AmqpAddress } from './amqp-address';
import { coalesceWrites } from './coalesce-writes';
import { keepHeadersReadable } from './readable-headers';

export interface OpenOptions {
  /** Shown by the broker's management, e.g. `registry consume /agents`. */
  readonly name?: string;
  /** Default 10 s. */
  readonly heartbeatSeconds?: number;
  /** Until the connection is open; default 10 s. */
  readonly connectTimeoutMs?: number;
}

/** Opens one connection. Rejects when the broker cannot be reached or refuses (`isAccessRefused`). */
export async function openConnection(
  address: AmqpAddress,
  { name, heartbeatSeconds = 10, connectTimeoutMs = 10_000 }: OpenOptions = {},
): Promise<ChannelModel> {
  const model = await connect(
    { ...address, heartbeat: heartbeatSeconds },
    {
      timeout: connectTimeoutMs,
      noDelay: true,
      keepAlive: true,
      ...(name === undefined ? {} : { clientProperties: { connection_name: name } }),
    },
  );
  coalesceWrites(model);
  keepHeadersReadable(model);
  return model;
}

/** For logs; also of errors that come from another realm. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Whether the broker refused the login or an operation. It says 403 for a wrong credential, a missing permission and an
 * authentication service that is away alike. A virtual host that is refused ends the handshake without its code.
 */
export const isAccessRefused = (error: unknown): boolean =>
  /ACCESS.REFUSED|\b403\b|got <ConnectionClose/.test(String(error));
