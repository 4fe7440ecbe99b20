import { canaryName, type PayloadOf, type recallCanary, type ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Result } from '@ymera/kernel';
import { LRUCache } from 'lru-cache';
import type { RegistryReader } from './ports';

/** Enough that nobody drives a canary out between its login and the question about it, by logins of his own. */
const remembered = 10_000;

/**
 * Logins that others try only to see whether the broker asks here. They are nobody's: refused at once, and neither counted
 * as wrong credentials nor told of.
 */
export class AuthenticationProbes {
  private readonly askedAt = new LRUCache<string, Date>({ max: remembered });

  constructor(
    private readonly reader: Pick<RegistryReader, 'check'>,
    private readonly clock: Clock,
  ) {}

  /** Whether this is the name of a canary, about which we are asked now. */
  notice(name: string): boolean {
    const isAuthenticationProbe = canaryName.safeParse(name).success;
    if (isAuthenticationProbe) this.askedAt.set(name, this.clock.now());
    return isAuthenticationProbe;
  }

  /** Being asked is half of it: who authenticates principals reads the database. */
  async recall({ name }: PayloadOf<typeof recallCanary>): Promise<Result<ReplyOf<typeof recallCanary>>> {
    const askedAt = this.askedAt.get(name);
    return this.reader.check().then(
      () => ok({ asked_at: askedAt?.toISOString() ?? null }),
      () => err(failure('unavailable', 'database_unavailable', 'The database does not answer.')),
    );
  }
}
