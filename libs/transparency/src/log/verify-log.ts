import { parseCheckpoint, type SignedCheckpoint } from '../notes/checkpoint';
import type { NoteVerifier } from '../notes/keys';
import { signedBy } from '../notes/signed-note';
import { locateFirstWrong } from './locate';
import type { LogSource } from './log-source';
import { LogWalk } from './log-walk';
import { Reasons, type Reason } from './reasons';

export interface Verification {
  readonly valid: boolean;
  /** Entries that were read and hashed. */
  readonly size: number;
  /** Root of the tree over them, in base64, as a checkpoint has it. */
  readonly root: string;
  readonly reasons: readonly Reason[];
  /** The newest checkpoint, to be remembered if the log is valid; undefined when there is none that can be parsed. */
  readonly checkpoint: string | undefined;
}

export interface VerifyOptions {
  readonly verifier: NoteVerifier;
  /** A checkpoint seen earlier: the entries that it covers must still be there, unchanged. */
  readonly remembered?: string | undefined;
  /** Waits for the checkpoint that covers entries younger than the newest one; false when the wait is over. */
  readonly waitForCheckpoint?: (attempt: number) => Promise<boolean>;
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Reads the whole log once, in bounded memory, and trusts only the key: each leaf and the root are computed again from
 * the entries' text. Faults of the log are in `reasons`; only failures to read it are thrown.
 */
export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<Verification> {
  return new LogVerification(source, options).run();
}

class LogVerification {
  private readonly reasons = new Reasons();
  private readonly walk = new LogWalk(this.reasons);
  private readonly remembered: SignedCheckpoint | undefined;

  constructor(
    private readonly source: LogSource,
    private readonly options: VerifyOptions,
  ) {
    if (options.remembered === undefined) return;
    this.remembered = parseCheckpoint(options.remembered);
    if (!this.remembered)
      this.reasons.add('checkpoint_malformed', 'The remembered checkpoint cannot be parsed.');
    else this.checkSignature(this.remembered, 'The remembered checkpoint');
  }

  async run(): Promise<Verification> {
    let text = await this.source.newestCheckpoint();
    let checkpoint = this.admit(text);
    if (checkpoint) {
      await this.readUpTo(checkpoint);
      const younger = this.reasons.list.length === 0 ? await this.coveringMore(checkpoint) : undefined;
      if (younger) {
        [text, checkpoint] = [younger, this.admit(younger)];
        if (checkpoint) await this.readUpTo(checkpoint);
      }
    }
    return {
      valid: this.reasons.list.length === 0,
      size: this.walk.tree.size,
      root: this.walk.tree.root().toString('base64'),
      reasons: this.reasons.list,
      checkpoint: checkpoint && text !== null ? text : undefined,
    };
  }

  private admit(text: string | null): SignedCheckpoint | undefined {
    if (text === null) {
      this.reasons.add('checkpoint_missing', 'The log has no checkpoint.');
      return undefined;
    }
    const checkpoint = parseCheckpoint(text);
    if (!checkpoint) {
      this.reasons.add('checkpoint_malformed', 'The newest checkpoint cannot be parsed.');
      return undefined;
    }
    this.checkSignature(checkpoint, 'The newest checkpoint');
    this.checkAgainstRemembered(checkpoint);
    return checkpoint;
  }

  private checkSignature({ origin, note }: SignedCheckpoint, which: string): void {
    const { verifier } = this.options;
    if (origin !== verifier.name)
      this.reasons.add(
        'origin_changed',
        `${which} belongs to log ${origin}, but the key to ${verifier.name}.`,
      );
    const signed = signedBy(note, verifier);
    if (signed === 'unknown_key') this.reasons.add('key_changed', `${which} was signed with another key.`);
    if (signed === 'wrong') this.reasons.add('signature_wrong', `${which} has a wrong signature.`);
  }

  private checkAgainstRemembered({ size, root }: SignedCheckpoint): void {
    const { remembered } = this;
    if (!remembered) return;
    if (size < remembered.size)
      this.reasons.add(
        'rolled_back',
        `The newest checkpoint covers ${size} entries, but an earlier one covered ${remembered.size}.`,
      );
    else if (size === remembered.size && !root.equals(remembered.root)) this.rewritten(remembered.size);
  }

  private rewritten(size: number): void {
    this.reasons.add(
      'history_rewritten',
      `The first ${size} entries differ from those that an earlier checkpoint covers.`,
    );
  }

  private async readUpTo({ size, root }: SignedCheckpoint): Promise<void> {
    const { walk, remembered } = this;
    for await (const record of this.source.records(walk.next, size)) {
      if (walk.next === remembered?.size && remembered.size > 0) this.compareWith(remembered);
      walk.take(record);
      this.options.onProgress?.(walk.next, size);
      if (walk.next >= size) break;
    }
    if (walk.next === remembered?.size) this.compareWith(remembered);
    if (walk.next < size)
      this.reasons.add(
        'entry_missing',
        `Entry ${walk.next} is missing: the log ends before the ${size} entries of its checkpoint.`,
        walk.next,
      );
    if (!walk.tree.root().equals(root)) await this.explainMismatch(size);
  }

  private compareWith({ size, root }: SignedCheckpoint): void {
    if (
      !this.walk.tree.root().equals(root) &&
      !this.reasons.list.some(({ code }) => code === 'history_rewritten')
    )
      this.rewritten(size);
  }

  private async explainMismatch(size: number): Promise<void> {
    if (this.reasons.nameAnEntry) {
      this.reasons.add(
        'root_mismatch',
        `The entries do not give the root of the checkpoint over ${size} entries.`,
      );
      return;
    }
    const suspects = await locateFirstWrong(this.source, this.options.verifier);
    const where = suspects ? ` The first wrong entry is one of ${suspects.from} to ${suspects.to - 1}.` : '';
    this.reasons.add(
      'root_mismatch',
      `The entries do not give the root of the checkpoint over ${size} entries.${where}`,
      suspects?.from,
    );
  }

  /** Entries younger than the checkpoint are valid only if the log signs a checkpoint for them soon. */
  private async coveringMore({ size }: SignedCheckpoint): Promise<string | undefined> {
    let isMore = false;
    for await (const _ of this.source.records(size, size + 1)) {
      isMore = true;
      break;
    }
    if (!isMore) return undefined;
    for (let attempt = 1; ; attempt += 1) {
      const text = await this.source.newestCheckpoint();
      if (text !== null && (parseCheckpoint(text)?.size ?? 0) > size) return text;
      if (!(await this.options.waitForCheckpoint?.(attempt))) break;
    }
    this.reasons.add(
      'entries_unsigned',
      `Entry ${size} and later ones are behind the newest checkpoint, and no checkpoint is signed for them.`,
      size,
    );
    return undefined;
  }
}
