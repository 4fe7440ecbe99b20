import { parseToken } from '../../domain/secret-token';
import { HmacSecretVault } from './hmac-secret-vault';

const first = { version: 1, key: 'a pepper of some length' };
const second = { version: 2, key: 'another pepper of some length' };
const vault = new HmacSecretVault([first]);
const shownOf = (token: string) => parseToken('ymk', token) ?? { keyId: '', secret: '' };

describe('HmacSecretVault', () => {
  it('recognises the secret that it issued, and no other', () => {
    const { token, stored } = vault.issue('ymk');
    const shown = shownOf(token);
    expect(vault.matches(shown, stored)).toBe(true);
    expect(vault.matches({ ...shown, secret: '0'.repeat(64) }, stored)).toBe(false);
    expect(vault.matches({ ...shown, keyId: '0'.repeat(16) }, stored)).toBe(false);
    expect(JSON.stringify(stored)).not.toContain(shown.secret);
  });

  it('never issues the same secret twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => vault.issue('ymk').token)).size).toBe(1000);
  });

  it('recognises secrets of an older pepper while that is configured', () => {
    const old = vault.issue('ymk');
    const rotated = new HmacSecretVault([first, second]);
    expect(rotated.matches(shownOf(old.token), old.stored)).toBe(true);
    expect(rotated.issue('ymk').stored.pepperVersion).toBe(2);
    expect(new HmacSecretVault([second]).matches(shownOf(old.token), old.stored)).toBe(false);
  });

  it('opens a seal only with its phrase and pepper, and detects a change', () => {
    const sealed = vault.seal('ymk_secret', 'phrase');
    expect(sealed).not.toContain('ymk_secret');
    expect(vault.open(sealed, 'phrase')).toBe('ymk_secret');
    expect(new HmacSecretVault([second, first]).open(sealed, 'phrase')).toBe('ymk_secret');
    expect(() => vault.open(sealed, 'other')).toThrow();
    expect(() => vault.open(`${sealed.slice(0, -4)}AAAA`, 'phrase')).toThrow();
    expect(() => new HmacSecretVault([second]).open(sealed, 'phrase')).toThrow(RangeError);
  });
});
