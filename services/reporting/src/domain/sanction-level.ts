import type { SanctionLevel } from './agent-state';

/** The triggers that change a sanction level. */
export type SanctionTrigger =
  /** As many windows without a report as the policy sets for this level. */
  | 'silent_too_long'
  /** As many good reports as the policy requires. */
  | 'reported_well'
  /** An administrator lifted the freeze at the registry. */
  | 'lifted';

/** Every level and every trigger; null where the trigger changes nothing. Only a lift leads out of `frozen`. */
const table: Readonly<Record<SanctionLevel, Readonly<Record<SanctionTrigger, SanctionLevel | null>>>> = {
  none: { silent_too_long: 'warned', reported_well: null, lifted: null },
  warned: { silent_too_long: 'suspended', reported_well: 'none', lifted: 'none' },
  suspended: { silent_too_long: 'frozen', reported_well: 'none', lifted: 'none' },
  frozen: { silent_too_long: null, reported_well: null, lifted: 'none' },
};

export const transition = (level: SanctionLevel, step: SanctionTrigger): SanctionLevel | null =>
  table[level][step];
