import { assess, type GroupSuppression, type MassOutagePolicy } from '../domain/group-suppression';
import type { Groups } from '../domain/groups';
import { clearSince } from '../domain/ingest-health';

/**
 * Which groups are held because too many of them are silent at once. A group is looked at when one of its silent agents
 * is, and while it is held; groups that were never held cost nothing.
 */
export class SuppressedGroups {
  private readonly holds = new Map<string, GroupSuppression>();

  constructor(
    private readonly groups: Groups,
    private readonly policy: MassOutagePolicy,
  ) {}

  /**
   * Since when none of these groups is held; null while one is. All are looked at: the holds of one silence begin, and
   * are given up, together.
   */
  clearSince(groups: readonly string[], now: number): number | null {
    const holds = groups.map((group) => this.check(group, now)).filter((hold) => hold !== undefined);
    return clearSince(...holds.map(({ kind, since }) => (kind === 'held' ? null : since)));
  }

  /** The first group that is held after another look at all of them, with its silent agents. */
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
