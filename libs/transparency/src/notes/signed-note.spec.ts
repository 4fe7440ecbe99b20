import { parseCheckpoint, signCheckpoint } from './checkpoint';
import { noteSigner, noteVerifier, signingKeyOf } from './keys';
import { parseNote, signedBy, signNote, type SignedNote } from './signed-note';

/** From the documentation of Go's golang.org/x/mod/sumdb/note, which defines this format. */
const publicKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const privateKey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const text =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const note =
  `${text}\n` +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const parsed = (which: string): SignedNote => {
  const result = parseNote(which);
  if (!result) throw new Error('not a note');
  return result;
};

describe('signed notes', () => {
  const signer = noteSigner(privateKey);
  const verifier = noteVerifier(publicKey);

  it('equal the published example', () => {
    expect(signer.verifierKey).toBe(publicKey);
    expect(signNote(text, signer)).toBe(note);
    expect(parsed(note).text).toBe(text);
    expect(signedBy(parsed(note), verifier)).toBe('by_key');
  });

  it('reveal every change of the text or of the signature', () => {
    const changed = Buffer.from(note);
    for (let place = 0; place < changed.length; place += 1) {
      changed[place] = (changed[place] as number) ^ 1;
      const read = parseNote(changed.toString());
      expect(read ? signedBy(read, verifier) : 'wrong').not.toBe('by_key');
      changed[place] = (changed[place] as number) ^ 1;
    }
  });

  it('distinguish an unknown key from a wrong signature', () => {
    const stranger = noteSigner(signingKeyOf('PeterNeumann', Buffer.alloc(32, 7)));
    expect(signedBy(parsed(signNote(text, stranger)), verifier)).toBe('unknown_key');
    expect(signedBy(parsed(note.replace('problem,', 'problem.')), verifier)).toBe('wrong');
    const cosigned = `${note}${signNote(text, stranger).slice(text.length + 1)}`;
    expect(signedBy(parsed(cosigned), verifier)).toBe('by_key');
  });

  it.each(['', '\n', text, `${text}\n`, note.slice(0, -1), note.replace('— ', '- '), `${note}\n`])(
    'are not parsed from %j',
    (wrong) => {
      expect(parseNote(wrong)).toBeUndefined();
    },
  );

  it.each([
    '',
    'PeterNeumann',
    publicKey.replace('c74f20a3', 'c74f20a4'),
    publicKey.slice(0, -4),
    publicKey.replace('+AR', '+AB'),
  ])('accept no key from %j', (wrong) => {
    expect(() => noteVerifier(wrong)).toThrow('not the public key');
    expect(() => noteSigner(`PRIVATE+KEY+${wrong}`)).toThrow('not the private key');
  });

  it('never print a private key when it is wrong', () => {
    const wrong = privateKey.replace('c74f20a3', '00000000');
    expect(() => noteSigner(wrong)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('AYEK') }),
    );
  });
});

describe('checkpoints', () => {
  const signer = noteSigner(signingKeyOf('example.com/log', Buffer.alloc(32, 1)));
  const root = Buffer.alloc(32, 9);

  it('are signed notes of origin, size and root', () => {
    const written = signCheckpoint({ origin: 'example.com/log', size: 20852163, root }, signer);
    expect(written.split('\n').slice(0, 4)).toEqual([
      'example.com/log',
      '20852163',
      root.toString('base64'),
      '',
    ]);
    const read = parseCheckpoint(written);
    expect(read).toMatchObject({ origin: 'example.com/log', size: 20852163 });
    expect(read?.root).toEqual(root);
    expect(read && signedBy(read.note, noteVerifier(signer.verifierKey))).toBe('by_key');
  });

  it.each([
    'x\n-1\nR',
    'x\n01\nR',
    'x\n1.5\nR',
    'x\n1\nAAAA',
    'x\n99999999999999999\nR',
    'x\n1',
    'a b\n1\nR',
  ])('are not parsed from %j', (body) => {
    const withRoot = `${body.replace('R', root.toString('base64'))}\n`;
    expect(parseCheckpoint(signNote(withRoot, signer))).toBeUndefined();
  });
});
