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
  /** What the next try should know, or why the findings are accepted. */
  readonly note?: string | undefined;
}

/** What a person sees and is asked on the way. */
export interface Audience extends Connection {
  /** The repository is still being copied, for so long now. */
  copying(elapsedMs: number): void;
  /** How the project is tested and measured; nothing has run yet. */
  registered(commands: ProjectCommands): void;
  planned(request: RequestResource): void;
  happened(entry: FeedEntry): void;
  /** A person’s answer, or undefined where there is nobody to ask. Rejects with `NoDecision` where they give none. */
  decide(
    approval: ApprovalResource,
    change: ChangeResource | undefined,
  ): Promise<'approved' | 'denied' | undefined>;
  /** The same about work that was rejected too often. */
  choose(approval: ApprovalResource): Promise<Choice | undefined>;
  ended(): void;
}
