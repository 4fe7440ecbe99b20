import type { UnitOfWork } from '@ymera/unit-of-work';
import { failure, FailureException } from '@ymera/kernel';
import {
  noteVerifier,
  parseCheckpoint,
  signCheckpoint,
  type Checkpoint,
  type NoteSigner,
  type NoteVerifier,
  type SignedCheckpoint,
} from '@ymera/transparency';
import { decideCheckpoint } from '../domain/checkpoint-decision';
import type { CheckpointLog } from './ports';

/** Signs the current tree when it has grown and is a continuation of the signed checkpoints. */
export class SignCheckpoint {
  private readonly key: NoteVerifier;
  private lastSeen: Pick<Checkpoint, 'size' | 'root'> | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork<{ readonly checkpoints: CheckpointLog }>,
    private readonly signer: NoteSigner,
  ) {
    this.key = noteVerifier(signer.verifierKey);
  }

  /** Returns the size that was signed; undefined when there was nothing new. Refuses a log that was tampered with. */
  async execute(): Promise<number | undefined> {
    const { seen, signed } = await this.unitOfWork.run(({ checkpoints }) => this.within(checkpoints));
    this.lastSeen = seen;
    return signed;
  }

  private async within(
    log: CheckpointLog,
  ): Promise<{ seen: Pick<Checkpoint, 'size' | 'root'> | undefined; signed: number | undefined }> {
    const { entries, leaves: size } = await log.hold();
    const newest = readCheckpoint(await log.newest());
    const rootAtNewest = newest && newest.size <= size ? await log.rootOf(newest.size) : undefined;
    const { key, lastSeen } = this;
    const decision = decideCheckpoint({ entries, size, key, newest, rootAtNewest, lastSeen });
    switch (decision.kind) {
      case 'refuse':
        throw refused(decision.code, decision.message);
      case 'nothing':
        return { seen: newest, signed: undefined };
      case 'sign': {
        const root = await log.rootOf(size);
        if (!root) throw refused('tree_incomplete', `the tree of ${size} entries lacks nodes`);
        await log.add(size, signCheckpoint({ origin: key.name, size, root }, this.signer));
        return { seen: { size, root }, signed: size };
      }
    }
  }
}

const refused = (code: string, message: string): FailureException =>
  new FailureException(failure('illegal_state', code, `The audit log is not signed: ${message}.`));

function readCheckpoint(text: string | undefined): SignedCheckpoint | undefined {
  if (text === undefined) return undefined;
  const checkpoint = parseCheckpoint(text);
  if (!checkpoint) throw refused('checkpoint_malformed', 'the newest checkpoint cannot be parsed');
  return checkpoint;
}
