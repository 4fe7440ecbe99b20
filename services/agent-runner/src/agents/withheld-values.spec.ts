import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WithheldValues } from './withheld-values';

const values = new WithheldValues({ KEY: 'sk-abc-123456', LONGER: 'sk-abc-123456-789', MODE: 'fast' });

function streamed(chunks: readonly string[]): string {
  const seen: string[] = [];
  const stream = values.stream((text) => seen.push(text));
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
  return seen.join('');
}

describe('WithheldValues', () => {
  it('replaces values in text', () => {
    expect(values.withheldFrom('key sk-abc-123456, sk-abc-123456-789 in fast mode')).toBe(
      'key [withheld], [withheld] in fast mode',
    );
  });

  it('replaces values in chunks, however they are split', () => {
    const text = 'a sk-abc-123456 and sk-abc-1 and sk-abc-123456';
    for (let at = 0; at <= text.length; at += 1)
      for (let next = at; next <= text.length; next += 1)
        expect(streamed([text.slice(0, at), text.slice(at, next), text.slice(next)])).toBe(
          'a [withheld] and sk-abc-1 and [withheld]',
        );
  });

  it('holds back only the possible beginning of a value', () => {
    const seen: string[] = [];
    const stream = values.stream((text) => seen.push(text));
    stream.push('progress 1\n');
    stream.push('task s');
    expect(seen).toEqual(['progress 1\n', 'task ']);
  });

  it('finds values in a file by name, also across two reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ymera-withheld-'));
    const file = join(folder, 'change.patch');
    const read = 1_048_576;
    for (let before = read - 20; before <= read + 20; before += 1) {
      writeFileSync(file, `${'x'.repeat(before)}sk-abc-123456";\n+fast`);
      expect(await values.namesInFile(file)).toEqual(['KEY']);
    }
    writeFileSync(file, 'fast');
    expect(await values.namesInFile(file)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
