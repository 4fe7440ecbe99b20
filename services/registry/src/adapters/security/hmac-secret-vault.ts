import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { IssuedToken, SecretVault } from '../../application/ports';
import type { Pepper } from '../../domain/pepper';
import {
  formatToken,
  type SecretToken,
  type StoredSecret,
  type TokenPrefix,
} from '../../domain/secret-token';

const keyIdBytes = 8;
const secretBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Secrets from the system's CSPRNG; HMAC-SHA256 under the newest pepper; AES-256-GCM for secrets that must be returned
 * later.
 */
export class HmacSecretVault implements SecretVault {
  private readonly newest: Pepper;

  constructor(private readonly peppers: readonly Pepper[]) {
    const [newest] = [...peppers].sort((a, b) => b.version - a.version);
    if (!newest) throw new RangeError('a vault needs a pepper');
    this.newest = newest;
  }

  issue(prefix: TokenPrefix): IssuedToken {
    const shown: SecretToken = {
      keyId: randomBytes(keyIdBytes).toString('hex'),
      secret: randomBytes(secretBytes).toString('hex'),
    };
    return {
      token: formatToken(prefix, shown),
      stored: {
        keyId: shown.keyId,
        mac: mac(this.newest, shown).toString('hex'),
        pepperVersion: this.newest.version,
      },
    };
  }

  matches(shown: SecretToken, stored: StoredSecret): boolean {
    const pepper = this.peppers.find(({ version }) => version === stored.pepperVersion);
    if (!pepper) return false;
    const expected = Buffer.from(stored.mac, 'hex');
    const actual = mac(pepper, shown);
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }

  seal(text: string, phrase: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', sealingKey(this.newest, phrase), nonce);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${this.newest.version}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
  }

  open(sealed: string, phrase: string): string {
    const [version, encoded] = sealed.split('.');
    const pepper = this.peppers.find((candidate) => candidate.version === Number(version));
    if (!pepper || !encoded) throw new RangeError('sealed under a pepper that is not configured');
    const bytes = Buffer.from(encoded, 'base64url');
    const decipher = createDecipheriv(
      'aes-256-gcm',
      sealingKey(pepper, phrase),
      bytes.subarray(0, nonceBytes),
    );
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  }
}

/** Bound to the key id, so that a stored MAC is useless under another. */
const mac = (pepper: Pepper, { keyId, secret }: SecretToken): Buffer =>
  createHmac('sha256', pepper.key).update(`${keyId}.${secret}`).digest();

const sealingKey = (pepper: Pepper, phrase: string): Buffer =>
  Buffer.from(hkdfSync('sha256', phrase, pepper.key, 'ymera/registry/idempotent-answer', 32));
