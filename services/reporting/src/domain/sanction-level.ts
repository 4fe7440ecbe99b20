import type { SanctionLevel } from './agent-state';

/** What moves an agent on the ladder. */
export type SanctionTrigger =
  /** As many windows without a report as the policy allows at this level. */
  | 'silent_too_long'
  /** As many good reports as the policy asks for. */
  | 'reported_well'
  /** An administrator lifted the freeze at the registry. */
  | 'lifted';

/** Every level and every step; null where the step changes nothing. Nothing but a lift leads out of `frozen`. */
const table: Readonly<Record<SanctionLevel, Readonly<Record<SanctionTrigger, SanctionLevel | null>>>> = {
  none: { silent_too_long: 'warned', reported_well: null, lifted: null },
  warned: { silent_too_long: 'suspended', reported_well: 'none', lifted: 'none' },
  suspended: { silent_too_long: 'frozen', reported_well: 'none', lifted: 'none' },
  frozen: { silent_too_long: null, reported_well: null, lifted: 'none' },
};

export const transition = (level: SanctionLevel, step: SanctionTrigger): SanctionLevel | null =>
  table[level][step];
