/** A delivery whose payload has been parsed by its contract. */
export interface Received<Payload> {
  /**
   * The sender's message id, to deduplicate on. Of messages from agents it is only for logging: strangers choose ids,
   * so their handlers deduplicate on keys of the payload.
   */
  readonly id: string;
  /** The contract's key, or the name of an agent message. */
  readonly type: string;
  readonly payload: Payload;
  /** Events only. */
  readonly aggregateId?: string;
  /** Events only; rises by one with each fact about the aggregate. */
  readonly aggregateVersion?: number;
  /** When the sender made it; for messages from agents, when it was received here. */
  readonly time: Date;
  /** 1 at the first try, one more after each retry. A redelivery after a lost connection does not count. */
  readonly attempts: number;
  /** Messages from agents only: the user id that the broker has validated. The one identity to trust. */
  readonly principalId?: string;
  /** W3C trace context of the sender. */
  readonly traceparent?: string;
}
