import { digestOf, FailureException, repeatOf, sha256Hex, type Clock } from '@ymera/kernel';
import type { IdempotencyKey, IdempotencyStore, SecretVault } from './ports';

export interface IdempotentRequest {
  /** The caller: the same key of another caller is another key. */
  readonly scope: string;
  readonly key: string;
  /** A secret that only the caller has, besides the key; empty where there is none. */
  readonly callerSecret: string;
  readonly request: unknown;
}

const keptMs = 24 * 60 * 60_000;

/**
 * The same key and the same request give the same answer for a day. An answer may hold a credential that is stored
 * nowhere else, so it is stored sealed under the pepper and a secret of the caller; only a hash of the key is stored.
 * Neither the database nor the pepper opens it alone.
 */
export class IdempotentAnswers<Answer> {
  constructor(
    private readonly vault: SecretVault,
    private readonly clock: Clock,
  ) {}

  /** The earlier answer, or undefined when this transaction must do the work; it ends with `remember`. */
  async recall(store: IdempotencyStore, asked: IdempotentRequest): Promise<Answer | undefined> {
    const now = this.clock.now();
    const requestDigest = digestOf(asked.request);
    const expiresAt = new Date(now.getTime() + keptMs);
    const record = await store.claim(this.keyOf(asked), { requestDigest, now, expiresAt });
    if (!record) return undefined;
    const repeat = repeatOf(record, record.requestDigest, requestDigest);
    if (!repeat.ok) throw new FailureException(repeat.error);
    return JSON.parse(this.vault.open(record.sealedReply, this.phraseOf(asked))) as Answer;
  }

  remember(store: IdempotencyStore, asked: IdempotentRequest, answer: Answer): Promise<void> {
    return store.answer(this.keyOf(asked), this.vault.seal(JSON.stringify(answer), this.phraseOf(asked)));
  }

  private keyOf({ scope, key }: IdempotentRequest): IdempotencyKey {
    return { scope, keyHash: sha256Hex(key) };
  }

  private phraseOf({ key, callerSecret }: IdempotentRequest): string {
    return JSON.stringify([key, callerSecret]);
  }
}
