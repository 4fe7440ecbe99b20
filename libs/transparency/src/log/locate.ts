import { Frontier } from '../merkle/frontier';
import { leafHash } from '../merkle/hashing';
import { parseCheckpoint, type Checkpoint } from '../notes/checkpoint';
import type { NoteVerifier } from '../notes/keys';
import { signedBy } from '../notes/signed-note';
import { leafText } from './audit-record';
import type { LogSource } from './log-source';

/** The first wrong entry is between these checkpoints: `from` is the first candidate, `to` is behind the last one. */
export interface Suspects {
  readonly from: number;
  readonly to: number;
}

/**
 * When entries and tree were changed together no entry shows it, but every checkpoint signed before the change still
 * proves the entries that it covers. Undefined when all of them agree.
 */
export async function locateFirstWrong(
  source: LogSource,
  verifier: NoteVerifier,
): Promise<Suspects | undefined> {
  const tree = new Frontier();
  const records = source.records(0, Number.MAX_SAFE_INTEGER)[Symbol.asyncIterator]();
  let sound = 0;
  try {
    for await (const checkpoint of vouchedCheckpoints(source, verifier)) {
      while (tree.size < checkpoint.size) {
        const next = await records.next();
        if (next.done) return { from: sound, to: checkpoint.size };
        tree.append(leafHash(leafText(next.value)));
      }
      if (tree.size !== checkpoint.size) continue;
      if (!tree.root().equals(checkpoint.root)) return { from: sound, to: checkpoint.size };
      sound = checkpoint.size;
    }
    return undefined;
  } finally {
    await records.return?.();
  }
}

async function* vouchedCheckpoints(source: LogSource, verifier: NoteVerifier): AsyncIterable<Checkpoint> {
  for await (const text of source.checkpoints()) {
    const checkpoint = parseCheckpoint(text);
    if (checkpoint && signedBy(checkpoint.note, verifier) === 'by_key') yield checkpoint;
  }
}
