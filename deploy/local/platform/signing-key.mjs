import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

const ED25519 = Buffer.of(1);
/** The bytes before the 32 bytes of a private key in DER form (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX_LENGTH = 12;

/**
 * A private key for signed notes in the text form of Go's `sumdb/note`: `PRIVATE+KEY+<name>+<id>+<key>`.
 * @param {string} name
 * @param {Buffer} seed 32 secret bytes
 */
export function signingKey(name, seed) {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX_LENGTH);
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(ED25519)
    .update(publicKey)
    .digest('hex')
    .slice(0, 8);
  return `PRIVATE+KEY+${name}+${id}+${Buffer.concat([ED25519, seed]).toString('base64')}`;
}
