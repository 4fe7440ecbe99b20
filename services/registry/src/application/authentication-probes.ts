import { canaryName, type PayloadOf, type recallCanary, type ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Result } from '@ymera/kernel';
import { LRUCache } from 'lru-cache';
import type { RegistryReader } from './ports';

/** Enough that logins under such names cannot evict a probe between its login and the query about it. */
const remembered = 10_000;

/**
 * Logins whose only purpose is to show that the broker asks the registry. They belong to no principal: refused at once,
 * and neither counted as wrong credentials nor published.
 */
export class AuthenticationProbes {
  private readonly askedAt = new LRUCache<string, Date>({ max: remembered });

  constructor(
    private readonly reader: Pick<RegistryReader, 'check'>,
    private readonly clock: Clock,
  ) {}

  /** Whether the name is that of a probe; records that the broker asked about it. */
  notice(name: string): boolean {
    const isAuthenticationProbe = canaryName.safeParse(name).success;
    if (isAuthenticationProbe) this.askedAt.set(name, this.clock.now());
    return isAuthenticationProbe;
  }

  /** Fails without a database, because an authentication of a principal needs it as well. */
  async recall({ name }: PayloadOf<typeof recallCanary>): Promise<Result<ReplyOf<typeof recallCanary>>> {
    const askedAt = this.askedAt.get(name);
    return this.reader.check().then(
      () => ok({ asked_at: askedAt?.toISOString() ?? null }),
      () => err(failure('unavailable', 'database_unavailable', 'The database does not answer.')),
    );
  }
}
