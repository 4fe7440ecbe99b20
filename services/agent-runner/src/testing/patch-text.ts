import type { CollectedChange } from '../workspace/collect-change';

/** The patch of a change that fits into a message. */
export function patchText({ patch }: CollectedChange): string {
  if (patch.text === undefined) throw new Error('the patch is too large for a message');
  return patch.text;
}
