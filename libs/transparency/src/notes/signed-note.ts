import type { NoteSigner, NoteVerifier } from './keys';

/** A text and its signatures (C2SP signed-note). */
export interface SignedNote {
  /** Ends with a line end; exactly this text is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

const maxNoteBytes = 64 * 1024;
const maxSignatures = 16;
const signatureLine = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/** `text` must end with a line end. */
export const signNote = (text: string, { name, sign }: NoteSigner): string =>
  `${text}\n— ${name} ${sign(text).toString('base64')}\n`;

/** Undefined when it is not a signed note. Does not check signatures. */
export function parseNote(note: string): SignedNote | undefined {
  const end = note.lastIndexOf('\n\n');
  if (note.length > maxNoteBytes || end < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > maxSignatures) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = signatureLine.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    // Only the canonical encoding: the last character could hide bits that are not signed.
    if (bytes.length < 5 || bytes.toString('base64') !== encoded) return undefined;
    signatures.push({ name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/** `unknown_key`: no signature names this key. */
export type Signed = 'by_key' | 'unknown_key' | 'wrong';

export function signedBy({ text, signatures }: SignedNote, verifier: NoteVerifier): Signed {
  const claimed = signatures.filter(({ name, keyId }) => name === verifier.name && keyId.equals(verifier.id));
  if (claimed.length === 0) return 'unknown_key';
  return claimed.every(({ signature }) => verifier.verify(text, signature)) ? 'by_key' : 'wrong';
}
