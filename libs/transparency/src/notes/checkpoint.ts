import { hashLength, type Hash } from '../merkle/hashing';
import type { NoteSigner } from './keys';
import { parseNote, signNote, type SignedNote } from './signed-note';

/** The state of a log at one moment (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's name; also the name of its key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

export interface SignedCheckpoint extends Checkpoint {
  readonly note: SignedNote;
}

export const signCheckpoint = ({ origin, size, root }: Checkpoint, signer: NoteSigner): string =>
  signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, signer);

const body = /^(\S+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:.+\n)*$/;

/** Undefined when it is not a checkpoint. `signedBy` checks the signature. */
export function parseCheckpoint(text: string): SignedCheckpoint | undefined {
  const note = parseNote(text);
  const [, origin = '', size = '', encoded = ''] = (note && body.exec(note.text)) ?? [];
  const root = Buffer.from(encoded, 'base64');
  if (!note || root.length !== hashLength || !Number.isSafeInteger(Number(size))) return undefined;
  return { origin, size: Number(size), root, note };
}
