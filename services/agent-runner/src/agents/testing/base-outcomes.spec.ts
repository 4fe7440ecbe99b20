import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedRun, testFailure } from '../../testing/test-outcomes';
import { BaseOutcomes } from './base-outcomes';

const folder = mkdtempSync(join(tmpdir(), 'ymera-bases-'));
const key = (base: string) => ({ projectId: 'p', base, command: 'npm test', prepared: { mounts: [] } });
const outcome = failedRun([testFailure('old', { file: 'a.test.js', line: 3 })]);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('BaseOutcomes', () => {
  it('returns the stored outcome for exactly this project, commit, command and preparation', async () => {
    const bases = new BaseOutcomes(folder);
    await bases.keep(key('a'), outcome);
    expect(await new BaseOutcomes(folder).find(key('a'))).toEqual(outcome);
    expect(await bases.find(key('b'))).toBeUndefined();
    expect(await bases.find({ ...key('a'), command: 'make test' })).toBeUndefined();
    expect(await bases.find({ ...key('a'), projectId: 'q' })).toBeUndefined();
    expect(await bases.find({ ...key('a'), prepared: {} })).toBeUndefined();
  });

  it('drops outcomes older than an hour, and the oldest above 200', async () => {
    await new BaseOutcomes(folder).keep(key('a'), outcome);
    expect(await new BaseOutcomes(folder, () => Date.now() + 3_700_000).find(key('a'))).toBeUndefined();
    for (let index = 0; index < 205; index += 1)
      await new BaseOutcomes(folder).keep(key(`n${index}`), outcome);
    expect(readdirSync(folder)).toHaveLength(200);
  });
});
