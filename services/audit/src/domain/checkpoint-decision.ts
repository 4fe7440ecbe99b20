import { signedBy, type Hash, type NoteVerifier, type SignedCheckpoint } from '@ymera/transparency';

export interface CheckpointFacts {
  readonly entries: number;
  /** Entries in the tree. */
  readonly size: number;
  readonly key: NoteVerifier;
  /** The newest checkpoint that is stored. */
  readonly newest: SignedCheckpoint | undefined;
  /** Root of the first `newest.size` entries according to the stored tree; undefined where it is incomplete. */
  readonly rootAtNewest: Hash | undefined;
  /** The checkpoint that this process signed or saw last. */
  readonly lastSeen: Pick<SignedCheckpoint, 'size' | 'root'> | undefined;
}

export type CheckpointDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'sign' }
  | { readonly kind: 'refuse'; readonly code: string; readonly message: string };

const refuse = (code: string, message: string): CheckpointDecision => ({ kind: 'refuse', code, message });

/** Never signs a log that is not a continuation of the signed checkpoints. */
export function decideCheckpoint({
  entries,
  size,
  key,
  newest,
  rootAtNewest,
  lastSeen,
}: CheckpointFacts): CheckpointDecision {
  if (entries !== size) return refuse('log_damaged', `${entries} entries but ${size} leaves`);
  if ((newest?.size ?? -1) < (lastSeen?.size ?? -1))
    return refuse('checkpoints_rolled_back', `a checkpoint of ${lastSeen?.size} entries is missing`);
  if (newest === undefined) return { kind: 'sign' };
  const signed = newest.origin === key.name ? signedBy(newest.note, key) : 'unknown_key';
  if (signed === 'unknown_key')
    return refuse('key_changed', 'the newest checkpoint was signed with another key than the configured one');
  if (signed === 'wrong') return refuse('signature_wrong', 'the newest checkpoint has a wrong signature');
  if (size < newest.size)
    return refuse('log_shortened', `${newest.size} entries were signed but only ${size} are stored`);
  if (!rootAtNewest?.equals(newest.root))
    return refuse('log_forked', `the first ${newest.size} entries differ from the signed ones`);
  if (lastSeen?.size === newest.size && !lastSeen.root.equals(newest.root))
    return refuse('log_forked', `two checkpoints of ${newest.size} entries differ`);
  return size > newest.size ? { kind: 'sign' } : { kind: 'nothing' };
}
