import { messagesFromAgents, commands, events, type ServiceName, type VirtualHost } from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';

/** What dead letters have in common that one look can deal with. */
export interface DeadLetterGroup {
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  readonly queue: string | undefined;
  readonly type: string;
  readonly code: string;
}

const knownTypes: ReadonlySet<string> = new Set([
  ...[...events, ...commands].map(({ key }) => key),
  ...messagesFromAgents.map(({ name }) => name),
]);

/** Senders choose the type of a message, so all that no contract knows are one: a flood cannot make a cause of each. */
const typeOf = (type: string): string => (knownTypes.has(type) ? type : '');

export function causeIdOf({ vhost, owner, queue, type, code }: DeadLetterGroup): string {
  return sha256Hex(JSON.stringify([vhost, owner, queue ?? null, typeOf(type), code]));
}

/** What was published of a cause. */
export interface PublishedCause {
  readonly causeId: string;
  /** Of the last fact about it; 0 before the first. */
  readonly version: number;
  readonly publishedAt: Date | undefined;
  /** The last fact said that letters wait. */
  readonly isOpen: boolean;
  /** Letters recorded since the last fact. */
  readonly unpublished: number;
}

/** Letters of a cause that nothing has replayed. */
export interface WaitingLetters {
  readonly count: number;
  readonly firstDiedAt: Date | undefined;
  readonly lastDiedAt: Date | undefined;
}

/** The first letter of a cause is told at once, the others together after a period. */
export const mustPublish = ({ isOpen, publishedAt }: PublishedCause, now: Date, periodMs: number): boolean =>
  !isOpen || publishedAt === undefined || now.getTime() - publishedAt.getTime() >= periodMs;

export const published = (cause: PublishedCause, { count }: WaitingLetters, now: Date): PublishedCause => ({
  causeId: cause.causeId,
  version: cause.version + 1,
  publishedAt: now,
  isOpen: count > 0,
  unpublished: 0,
});

export const withUnpublished = (cause: PublishedCause): PublishedCause => ({
  ...cause,
  unpublished: cause.unpublished + 1,
});

/** The cause as facts about its letters carry it. */
export const causeFact = (
  { causeId, version }: PublishedCause,
  { count, firstDiedAt, lastDiedAt }: WaitingLetters,
  keptMs: number,
) => ({
  cause_id: causeId,
  version,
  waiting: count,
  ...(firstDiedAt && { first_died_at: firstDiedAt.toISOString() }),
  ...(lastDiedAt && {
    last_died_at: lastDiedAt.toISOString(),
    kept_until: new Date(lastDiedAt.getTime() + keptMs).toISOString(),
  }),
});
