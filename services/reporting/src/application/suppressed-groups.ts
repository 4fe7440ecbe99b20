import { assess, type GroupSuppression, type MassOutagePolicy } from '../domain/group-suppression';
import type { Groups } from '../domain/groups';
import { clearSince } from '../domain/ingest-health';

/**
 * The groups whose sanctions are suppressed because too many of their agents are silent at once. A group is checked
 * when one of its silent agents is, and while it is suppressed; groups that were never suppressed cost nothing.
 */
export class SuppressedGroups {
  private readonly holds = new Map<string, GroupSuppression>();

  constructor(
    private readonly groups: Groups,
    private readonly policy: MassOutagePolicy,
  ) {}

  /**
   * Since when none of these groups is suppressed; null while one is. All are checked: the suppressions of one outage
   * begin, and are given up, together.
   */
  clearSince(groups: readonly string[], now: number): number | null {
    const holds = groups.map((group) => this.check(group, now)).filter((hold) => hold !== undefined);
    return clearSince(...holds.map(({ kind, since }) => (kind === 'held' ? null : since)));
  }

  /** The first group that is still suppressed after a check of all, with its silent agents. */
  current(now: number): { readonly group: string; readonly silent: number } | null {
    for (const group of this.holds.keys()) this.check(group, now);
    for (const [group, { kind }] of this.holds)
      if (kind === 'held') return { group, silent: this.groups.of(group).silent };
    return null;
  }

  private check(group: string, now: number): GroupSuppression | undefined {
    const hold = assess(this.holds.get(group), this.groups.of(group), this.policy, now);
    if (hold) this.holds.set(group, hold);
    return hold;
  }
}
