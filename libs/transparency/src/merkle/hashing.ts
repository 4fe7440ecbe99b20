import { hash } from 'node:crypto';

/** 32 bytes of SHA-256. */
export type Hash = Buffer;

export const hashLength = 32;

/** RFC 9162, 2.1.1: a leaf is hashed behind 0x00 and a node behind 0x01, so that neither can pass for the other. */
export const leafHash = (leaf: string | Uint8Array): Hash =>
  typeof leaf === 'string'
    ? hash('sha256', `\0${leaf}`, 'buffer')
    : hash('sha256', Buffer.concat([Buffer.of(0), leaf]), 'buffer');

/** One buffer for all calls: hashing is synchronous, and a verifier hashes a node for each entry. */
const pair = Buffer.alloc(1 + 2 * hashLength, 1);

export function nodeHash(left: Hash, right: Hash): Hash {
  pair.set(left, 1);
  pair.set(right, 1 + hashLength);
  return hash('sha256', pair, 'buffer');
}

/** The root of a tree without leaves. */
export const emptyRoot = (): Hash => hash('sha256', '', 'buffer');
