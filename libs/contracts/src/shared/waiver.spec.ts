import fc from 'fast-check';
import { acceptanceOf, openFindings, waiversOf } from './acceptance';
import type { Finding } from './change';
import type { Escalation } from './escalation';
import { findingDigest, waiver as waiverContract, waiverOf } from './waiver';

const tree = 'c'.repeat(40);
const finding: Finding = {
  code: 'speedup_too_small',
  severity: 'high',
  message: 'Sped up 1.10 times, the project asks for 1.5: 30 ms before (median of 10 runs).',
  file: 'bench/a.mjs',
  line: 3,
  evidence: 'before, ms: 30 31',
  waivable: true,
};
const escalation: Escalation = {
  step_id: 'validate',
  escalation: 1,
  rounds: 2,
  error: { code: 'verdict_rejected', message: 'Too slow.', retryable: false },
  findings: [finding],
  change: { change_id: '01936d00-0000-7000-8000-000000000001', base: tree, commit: tree, tree },
};
const given = {
  acceptedBy: 'grace',
  reason: 'It is within the noise.',
  acceptedAt: '2026-01-01T00:00:00.000Z',
};

describe('findingDigest', () => {
  it.each<[string, Partial<Finding>]>([
    [
      'other figures',
      { message: 'Sped up 0.9 times, the project asks for 1.5: 31.25 ms before (median of 8 runs).' },
    ],
    ['other evidence', { evidence: 'before, ms: 29 28' }],
    ['other white space', { message: finding.message.replaceAll(' ', '\n ') }],
    ['another suggestion', { suggestion: 'Look.' }],
  ])('is the same with %s', (_, over) => {
    expect(findingDigest({ ...finding, ...over })).toBe(findingDigest(finding));
  });

  it.each<[string, Partial<Finding>]>([
    ['another code', { code: 'performance_regression' }],
    ['another file', { file: 'bench/b.mjs' }],
    ['no file', { file: undefined }],
    ['another line', { line: 4 }],
    ['other words', { message: finding.message.replace('asks', 'begs') }],
  ])('differs with %s', (_, over) => {
    const { file, ...rest } = { ...finding, ...over };
    expect(findingDigest({ ...rest, ...(file !== undefined && { file }) })).not.toBe(findingDigest(finding));
  });

  it.each([
    ['The test "adds 1" was removed.', 'The test "adds 2" was removed.'],
    ['`v1` is gone.', '`v2` is gone.'],
    ['sha1 is weak.', 'sha256 is weak.'],
  ])('keeps the figures of names: %s', (one, other) => {
    expect(findingDigest({ ...finding, message: one })).not.toBe(
      findingDigest({ ...finding, message: other }),
    );
  });

  it('is the same after unstorable characters were replaced', () => {
    const message = 'Found \0 and \uD800.';
    expect(findingDigest({ ...finding, message })).toBe(
      findingDigest({ ...finding, message: 'Found \uFFFD and \uFFFD.' }),
    );
  });
});

describe('the waivers of an accepted escalation', () => {
  it('include each judgement that stops the change', () => {
    const small: Finding = { code: 'memory_growth', severity: 'medium', message: 'Large.' };
    const waivers = waiversOf({ ...escalation, findings: [finding, small] }, given);
    expect(waivers).toEqual([
      {
        code: finding.code,
        file: finding.file,
        digest: findingDigest(finding),
        tree,
        accepted_by: 'grace',
        reason: given.reason,
        accepted_at: given.acceptedAt,
      },
    ]);
    expect(waiverContract.parse(waivers[0])).toEqual(waivers[0]);
    expect(openFindings([finding, small], waivers, tree)).toEqual([]);
  });

  it('include none twice, and none that was given before', () => {
    const [first] = waiversOf(escalation, given);
    expect(
      waiversOf({ ...escalation, findings: [finding, { ...finding, evidence: '' }] }, given),
    ).toHaveLength(1);
    expect(acceptanceOf({ ...escalation, waivers: first ? [first] : [] }).kind).toBe('impossible');
  });

  it('include none for a critical finding, whatever else there is', () => {
    const found = fc.record({
      code: fc.constantFrom('a', 'b'),
      severity: fc.constantFrom('info', 'low', 'medium', 'high', 'critical'),
      message: fc.constantFrom('One.', 'Two.'),
      waivable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(found, { maxLength: 4 }), (findings) => {
        const waivers = waiversOf({ ...escalation, findings }, given);
        const stops = findings.filter(({ severity }) => severity === 'high' || severity === 'critical');
        const isRefused = stops.some(({ severity, waivable }) => severity === 'critical' || !waivable);
        if (isRefused) expect(waivers).toEqual([]);
        else expect(openFindings(findings, waivers, tree)).toEqual([]);
        expect(openFindings(findings, waivers, 'd'.repeat(40))).toEqual(stops);
      }),
    );
  });

  it('cover nothing on another tree', () => {
    const waivers = waiversOf(escalation, given);
    expect(waiverOf(finding, waivers, tree)).toBeDefined();
    expect(waiverOf(finding, waivers, 'd'.repeat(40))).toBeUndefined();
  });
});
