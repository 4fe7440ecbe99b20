import type { Finding } from '@ymera/contracts';
import { boundedFindings } from './bounded-findings';

const finding = (line: number, evidence?: string): Finding => ({
  code: 'test_deleted',
  severity: 'high',
  message: 'A file of tests was deleted.',
  file: 'test/a.test.js',
  line,
  ...(evidence === undefined ? {} : { evidence }),
});

describe('boundedFindings', () => {
  it('keeps all findings with their evidence when they fit', () => {
    const few = [finding(1, 'x'), finding(2)];
    expect(boundedFindings(few)).toEqual(few);
  });

  it('drops evidence before places, and fits a message twice', () => {
    const many = Array.from({ length: 600 }, (_, index) => finding(index + 1, '"'.repeat(4000)));
    const bounded = boundedFindings(many);
    expect(bounded).toHaveLength(500);
    expect(bounded[0]?.evidence).toBeDefined();
    expect(bounded.at(-1)).toEqual(finding(500));
    const wordy = many.map((one) => ({ ...one, message: 'x'.repeat(2000) }));
    expect(2 * Buffer.byteLength(JSON.stringify(boundedFindings(wordy)))).toBeLessThan(768 * 1024);
    expect(2 * Buffer.byteLength(JSON.stringify(bounded))).toBeLessThan(512 * 1024);
  });
});
