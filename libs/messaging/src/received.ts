/** A delivery whose payload has been parsed by its contract. */
export interface Received<Payload> {
  /**
   * The sender's message id, to deduplicate by. In messages from agents it is only for logging: agents choose their
   * ids, so their handlers deduplicate by keys of the payload.
   */
  readonly id: string;
  /** The contract's key, or the name of an agent message. */
  readonly type: string;
  readonly payload: Payload;
  /** Events only. */
  readonly aggregateId?: string;
  /** Events only; rises by one with each event about the aggregate. */
  readonly aggregateVersion?: number;
  /** When the sender created it; for messages from agents, when it was received here. */
  readonly time: Date;
  /** 1 at the first attempt, one more after each retry. A redelivery after a lost connection does not count. */
  readonly attempts: number;
  /** Messages from agents only: the user id that the broker has validated. The only identity to trust. */
  readonly principalId?: string;
  /** W3C trace context of the sender. */
  readonly traceparent?: string;
}
