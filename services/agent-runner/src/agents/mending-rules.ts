/** Rules that the ENHANCEMENT agent applies; named here, because the runner never loads the rules themselves. */
export const mendingRules = [
  'repeated_membership_scan',
  'growing_membership_scan',
  'repeated_find',
  'unique_by_index',
  'copying_accumulator',
  'search_by_filter',
  'regexp_in_loop',
] as const;
