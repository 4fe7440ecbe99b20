import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

const ed25519 = Buffer.of(1);
/** What stands before the 32 bytes of a private key in its DER form (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_LENGTH = 12;

/** The private key of signed notes that 32 secret bytes are, in the text form of Go's `sumdb/note`: `PRIVATE+KEY+<name>+<id>+<key>`. */
export function signingKey(name, seed) {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_LENGTH);
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(ed25519)
    .update(publicKey)
    .digest('hex')
    .slice(0, 8);
  return `PRIVATE+KEY+${name}+${id}+${Buffer.concat([ed25519, seed]).toString('base64')}`;
}
