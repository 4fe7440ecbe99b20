/**
 * Our own headers. Any sender may write them: `attempts` is trusted only in messages whose broker-validated user id is our
 * own, and the sender and the first destination only with our MAC (ADR 0020).
 */
export const headerNames = {
  /** Finished attempts. */
  attempts: 'x-ymera-attempts',
  /** The broker-validated user id of the first delivery. */
  sender: 'x-ymera-sender',
  /** Of the consumer, over sender, first destination, id, type and body. */
  mac: 'x-ymera-mac',
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

/** In which earlier versions named the sender of an agent's message. */
export const formerPrincipalHeader = 'x-ymera-principal';
