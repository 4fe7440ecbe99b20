import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4096;
const hmac = (/** @type {Buffer} */ key, /** @type {string} */ text) =>
  createHmac('sha256', key).update(text).digest();

/**
 * The form in which PostgreSQL stores a password (RFC 5803). It is sent instead of the password, so that no server log
 * contains it.
 * @param {string} password
 */
export function scramVerifier(password, salt = randomBytes(16)) {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
