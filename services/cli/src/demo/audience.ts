import type {
  ApprovalResource,
  ChangeResource,
  EscalationOption,
  ProjectCommands,
  RequestResource,
} from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';
import type { Connection } from '../api/watch-request';

export interface Choice {
  readonly option: EscalationOption;
  /** A note for the next attempt, or why the findings are accepted. */
  readonly note?: string | undefined;
}

/** Shows progress to a person and asks questions. */
export interface Audience extends Connection {
  /** The repository is still being copied, after this time. */
  copying(elapsedMs: number): void;
  /** How the project is tested and measured; nothing has run yet. */
  registered(commands: ProjectCommands): void;
  planned(request: RequestResource): void;
  happened(entry: FeedEntry): void;
  /** A person’s answer; undefined without a person to ask. Rejects with `NoDecision` without an answer. */
  decide(
    approval: ApprovalResource,
    change: ChangeResource | undefined,
  ): Promise<'approved' | 'denied' | undefined>;
  /** The same about work that was rejected too often. */
  choose(approval: ApprovalResource): Promise<Choice | undefined>;
  ended(): void;
}
