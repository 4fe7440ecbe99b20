import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Places } from '../places';
import { freshReports } from './find-reports';
import { junitReport } from './junit-xml';
import { readTests } from './read-tests';

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name), 'utf8');

describe('junitReport', () => {
  it('reads Surefire’s reports', () => {
    expect(junitReport(fixture('surefire.xml'))).toMatchObject({
      counts: { total: 4, passed: 1, failed: 2, skipped: 1 },
      namesAll: true,
      failures: [
        { name: 'breaks', group: 'x.SumTest', error: 'java.lang.IllegalStateException: broken' },
        { name: 'fails', group: 'x.SumTest', error: expect.stringContaining('expected: <2> but was: <1>') },
      ],
    });
  });

  it('reads pytest’s reports', () => {
    expect(junitReport(fixture('pytest.xml'))).toMatchObject({
      counts: { total: 8, passed: 2, failed: 4, skipped: 2 },
      failures: [{ name: 'test_errors', group: 'test_x.TestSum', error: 'ValueError: broken' }, {}, {}, {}],
    });
  });

  it.each([
    '<project><target/></project>',
    '<testsuite><testcase name="a">',
    'no XML',
    '<!DOCTYPE a [<!ENTITY b "c">]><testsuite><testcase name="&b;"/></testsuite>',
  ])('rejects other files: %s', (xml) => {
    expect(junitReport(xml)).toBeUndefined();
  });
});

describe('freshReports', () => {
  const copy = mkdtempSync(join(tmpdir(), 'ymera-reports-'));
  const report = '<testsuite><testcase name="a" classname="b"/></testsuite>';
  const write = (folder: string, name: string) => {
    mkdirSync(join(copy, folder), { recursive: true });
    writeFileSync(join(copy, folder, name), report);
    return join(copy, folder, name);
  };
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('finds the reports of this run in all modules, follows no link and ignores older ones', async () => {
    const since = Date.now() - 10_000;
    write('target/surefire-reports', 'TEST-a.xml');
    write('modules/one/build/test-results/test', 'TEST-b.xml');
    write('elsewhere', 'TEST-c.xml');
    const old = write('target/failsafe-reports', 'TEST-old.xml');
    utimesSync(old, new Date(since - 60_000), new Date(since - 60_000));
    symlinkSync(
      join(copy, 'elsewhere', 'TEST-c.xml'),
      join(copy, 'target/surefire-reports', 'TEST-link.xml'),
    );
    mkdirSync(join(copy, 'linked', 'target'), { recursive: true });
    symlinkSync(join(copy, 'elsewhere'), join(copy, 'linked', 'target', 'surefire-reports'));
    expect(await freshReports(copy, since)).toHaveLength(2);
    expect(await freshReports(join(copy, 'nowhere'), since)).toEqual([]);
  });

  it('count instead of Maven’s output', () => {
    const places = new Places(new Set(), '/ymera/workspace');
    const parsed = junitReport(report);
    if (!parsed) throw new Error('no report');
    const read = readTests('[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0\n', places, [
      parsed,
      parsed,
    ]);
    expect(read).toMatchObject({ tools: ['junit'], counts: { total: 2, passed: 2 } });
  });
});
