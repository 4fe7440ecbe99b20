import type { ApprovalResource, ChangeResource, ProjectCommands, RequestResource } from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';
import { visibleIn } from '../terminal/visible';
import type { Audience, Choice } from './audience';

/**
 * All output of the demo passes through here, so that no text of agents, repositories or requesters reaches a terminal
 * unescaped.
 */
export class VisibleAudience implements Audience {
  constructor(private readonly audience: Audience) {}

  copying(elapsedMs: number): void {
    this.audience.copying(elapsedMs);
  }

  registered(commands: ProjectCommands): void {
    this.audience.registered(visibleIn(commands));
  }

  planned(request: RequestResource): void {
    this.audience.planned(visibleIn(request));
  }

  happened(entry: FeedEntry): void {
    this.audience.happened(visibleIn(entry));
  }

  lost(giveUpMs: number): void {
    this.audience.lost(giveUpMs);
  }

  back(): void {
    this.audience.back();
  }

  decide(
    approval: ApprovalResource,
    change: ChangeResource | undefined,
  ): Promise<'approved' | 'denied' | undefined> {
    return this.audience.decide(visibleIn(approval), visibleIn(change));
  }

  choose(approval: ApprovalResource): Promise<Choice | undefined> {
    return this.audience.choose(visibleIn(approval));
  }

  ended(): void {
    this.audience.ended();
  }
}
