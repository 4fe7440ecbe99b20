import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/** Identity of a signer: `name` and `id` are in the signature's line. */
export interface NoteVerifier {
  readonly name: string;
  /** 4 bytes that distinguish keys of one name; they prove nothing. */
  readonly id: Buffer;
  verify(text: string, signature: Uint8Array): boolean;
}

export interface NoteSigner {
  readonly name: string;
  /** `<name>+<id>+<key>`: the public text of the key. */
  readonly verifierKey: string;
  sign(text: string): Buffer;
}

/** The only algorithm here: Ed25519, in C2SP signed notes number 1. */
const ed25519 = 1;
const keyLength = 32;
const privateKeyPrefix = 'PRIVATE+KEY+';

/** Prefix of the 32 bytes of a key in its DER form (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** A wrong key is a wrong configuration, so it is thrown; the message never holds the key. */
const invalid = (what: string): never => {
  throw new TypeError(`not ${what}`);
};

const publicKeyOf = (raw: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' });

const keyIdOf = (name: string, raw: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519), raw]), 'buffer').subarray(0, 4);

/** `<name>+<8 hex digits>+<base64 of 0x01 and 32 bytes>`. The base64 may hold a plus itself. */
const keyText = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

function readKey(text: string, what: string): { name: string; id: string; raw: Buffer } {
  const [, name = '', id = '', encoded = ''] = keyText.exec(text.trim()) ?? invalid(what);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 1 + keyLength || bytes[0] !== ed25519) invalid(what);
  return { name, id, raw: bytes.subarray(1) };
}

/** Throws when it is not the text of an Ed25519 key. */
export function noteVerifier(text: string): NoteVerifier {
  const what = 'the public key of a signed note (<name>+<id>+<key>)';
  const { name, id, raw } = readKey(text, what);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) invalid(what);
  const key = publicKeyOf(raw);
  return {
    name,
    id: keyId,
    verify: (note, signature) => verify(null, Buffer.from(note), key, signature),
  };
}

/** From `PRIVATE+KEY+<name>+<id>+<seed>`, the format of Go's `sumdb/note` and its tools. */
export function noteSigner(text: string): NoteSigner {
  const what = `the private key of a signed note (${privateKeyPrefix}<name>+<id>+<key>)`;
  if (!text.startsWith(privateKeyPrefix)) invalid(what);
  const { name, id, raw: seed } = readKey(text.slice(privateKeyPrefix.length), what);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spki.length);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) invalid(what);
  return {
    name,
    verifierKey: `${name}+${id}+${Buffer.concat([Buffer.of(ed25519), raw]).toString('base64')}`,
    sign: (note) => Buffer.concat([keyId, sign(null, Buffer.from(note), key)]),
  };
}

/** The text of a private key made of 32 random bytes. */
export function signingKeyOf(name: string, seed: Uint8Array): string {
  if (!/^[^\s+]+$/.test(name) || seed.length !== keyLength) return invalid('a name and 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spki.length);
  const encoded = Buffer.concat([Buffer.of(ed25519), seed]).toString('base64');
  return `${privateKeyPrefix}${name}+${keyIdOf(name, raw).toString('hex')}+${encoded}`;
}
