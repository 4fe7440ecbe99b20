/**
 * The outcome of a delivery, decided by its handler. A handler never sees a channel: the transport settles, and only
 * after the handler's promise has settled.
 */
export type Disposition =
  | { readonly kind: 'ack' }
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      readonly reason: string;
      /** Attempts in all, the first included; default: the transport's `maxAttempts`. */
      readonly maxAttempts?: number;
    }
  | { readonly kind: 'dead'; readonly code: string; readonly reason: string };

const acknowledged: Disposition = { kind: 'ack' };

/** Done, or nothing to do. */
export const ack = (): Disposition => acknowledged;

/** Returns to the same queue no earlier than `afterMs`, up to the transport's `maxAttempts`. */
export const retry = (afterMs: number, reason: string): Extract<Disposition, { kind: 'retry' }> => ({
  kind: 'retry',
  afterMs,
  reason,
});

/** Not retried automatically: stored in the service's dead-letter queue under this code. */
export const dead = (code: string, reason: string): Disposition => ({ kind: 'dead', code, reason });
