/**
 * Our own headers. `attempts`, `principal` and the origin are trusted only in messages whose broker-validated user id
 * is our own: any sender may write headers.
 */
export const headerNames = {
  /** Finished attempts. */
  attempts: 'x-ymera-attempts',
  /** The first sender, for a message from an agent. */
  principal: 'x-ymera-principal',
  /** The first destination. */
  exchange: 'x-ymera-exchange',
  routingKey: 'x-ymera-routing-key',
  /** Of dead letters. */
  queue: 'x-ymera-queue',
  code: 'x-ymera-code',
  reason: 'x-ymera-reason',
  deadAt: 'x-ymera-dead-at',
  /** Bytes of the body before it was cut; only where it was. */
  bodyBytes: 'x-ymera-body-bytes',
} as const;
