import { faultOf } from './credential';
import { isSpendable, type Enrolment } from './enrolment';
import { formatToken, parseToken } from './secret-token';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date(now.getTime() + 1);
const keyId = '0123456789abcdef';
const secret = 'ab'.repeat(32);

describe('parseToken', () => {
  it('reads a token back as it was written, and not as another kind', () => {
    const text = formatToken('ymk', { keyId, secret });
    expect(text).toBe(`ymk_${keyId}_${secret}`);
    expect(parseToken('ymk', text)).toEqual({ keyId, secret });
    expect(parseToken('yme', text)).toBeUndefined();
  });

  it.each(['', 'ymk', `ymk_${keyId}`, `ymk_${keyId}_`, `ymk_${keyId}_${secret}0`, ` ymk_${keyId}_${secret}`])(
    'returns nothing for malformed text: %p',
    (text) => expect(parseToken('ymk', text)).toBeUndefined(),
  );
});

describe('a credential', () => {
  it('is valid until the moment it expires or is revoked', () => {
    expect(faultOf({ revokedAt: null, expiresAt: later }, now)).toBeUndefined();
    expect(faultOf({ revokedAt: null, expiresAt: now }, now)).toBe('credential_expired');
    expect(faultOf({ revokedAt: now, expiresAt: later }, now)).toBe('credential_revoked');
  });
});

describe('an enrolment token', () => {
  const enrolment: Enrolment = {
    keyId,
    mac: '',
    pepperVersion: 1,
    kind: 'agent',
    createdBy: 'root',
    createdAt: now,
    expiresAt: later,
    spentBy: null,
  };

  it('can be spent once, for its own kind, before it expires', () => {
    expect(isSpendable(enrolment, 'agent', now)).toBe(true);
    expect(isSpendable(enrolment, 'principal', now)).toBe(false);
    expect(isSpendable(enrolment, 'agent', later)).toBe(false);
    expect(isSpendable({ ...enrolment, spentBy: 'runner-1' }, 'agent', now)).toBe(false);
  });
});
