import fc from 'fast-check';
import { canonicalJson, digestOf } from './digest';
import { failure, FailureException, failureOf } from './failure';
import { idempotencyKeyReused, repeatOf } from './idempotency';
import { isUuidv7, uuidv7, uuidv7Time } from './ids';
import { isStorable, storable, unstorableTexts } from './storable-text';

describe('uuidv7', () => {
  it('carries the time of its creation, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (time) => {
        const id = uuidv7(time);
        expect(isUuidv7(id)).toBe(true);
        expect(uuidv7Time(id)).toBe(time);
      }),
    );
  });

  it('detects a text that is not an id', () => {
    expect(uuidv7Time('3f333df6-90a4-4fda-8dd3-9485d27cee36')).toBeUndefined();
    expect(uuidv7Time('not an id')).toBeUndefined();
  });
});

describe('canonicalJson', () => {
  it('gives the same text for any order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
        expect(JSON.parse(canonicalJson(record))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
    );
  });

  it('gives different digests to different values', () => {
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: 2 }));
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });

  it('refuses values that JSON cannot represent', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalJson(1n)).toThrow(TypeError);
  });
});

describe('failureOf', () => {
  it('keeps a declared failure and hides an unexpected one', () => {
    const declared = failure('not_found', 'project_not_found', 'No such project.');
    expect(failureOf(new FailureException(declared))).toBe(declared);
    expect(failureOf(new Error('password=hunter2')).message).not.toContain('hunter2');
  });

  it('marks transient failures retryable, and wrong requests not', () => {
    expect(failure('unavailable', 'x', 'x').retryable).toBe(true);
    expect(failure('validation', 'x', 'x').retryable).toBe(false);
  });
});

describe('repeatOf', () => {
  it.each([
    ['the same request', 'sha256:1'],
    ['a request from before digests were kept', undefined],
  ])('returns the earlier result for %s', (_, digest) => {
    expect(repeatOf('earlier', digest, 'sha256:1')).toEqual({ ok: true, value: 'earlier' });
  });

  it('refuses a key that was used for a different request', () => {
    expect(repeatOf('earlier', 'sha256:2', 'sha256:1')).toEqual({ ok: false, error: idempotencyKeyReused });
  });
});

describe('isStorable', () => {
  it('refuses text that PostgreSQL cannot store, at any depth, also in names', () => {
    for (const value of ['a\0', { a: ['\ud800'] }, { '\0': 1 }]) expect(isStorable(value)).toBe(false);
    for (const value of ['é 漢 😀 \\u0000', { a: [null, 1, { b: '' }] }, undefined])
      expect(isStorable(value)).toBe(true);
  });
});

describe('unstorableTexts', () => {
  it('names each string by its path, its first unstorable character, and the index of that', () => {
    expect(unstorableTexts({ a: ['fine', 'no\0'], b: { 'x\ud800': 'y' } })).toEqual([
      { path: ['a', '1'], codePoint: 'U+0000', index: 2 },
      { path: ['b', 'x\uFFFD'], codePoint: 'U+D800', index: 1 },
    ]);
  });

  it('stops at its limit', () => {
    expect(unstorableTexts(Array.from({ length: 500 }, () => '\0'))).toHaveLength(100);
  });
});

describe('storable', () => {
  it('replaces unstorable characters, also in names, and nothing else', () => {
    const given = { 'a\0': ['\ud83d', '😀', 1, null], time: 'x' };
    expect(storable(given)).toEqual({ 'a\uFFFD': ['\uFFFD', '😀', 1, null], time: 'x' });
  });
});
