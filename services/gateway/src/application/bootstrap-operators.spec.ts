import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@ymera/kernel';
import { InMemoryOperatorStore } from '../testing/in-memory-operator-store';
import { bootstrapOperators } from './bootstrap-operators';

describe('bootstrapOperators', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-operators-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (content: unknown): string => {
    const file = join(folder, 'operators.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const ada = { name: 'ada', roles: ['admin'], token_sha256: sha256Hex('ymo_1_a') };

  it('loads the operators of the file with their tokens', async () => {
    const store = new InMemoryOperatorStore();
    expect(await bootstrapOperators(write([ada]), store)).toBe(1);
    expect(await store.findByToken(sha256Hex('ymo_1_a'))).toMatchObject({ name: 'ada', roles: ['admin'] });
  });

  it.each([
    ['no JSON', '{'],
    ['an unknown role', [{ ...ada, roles: ['root'] }]],
    ['no role', [{ ...ada, roles: [] }]],
    ['a token instead of its digest', [{ ...ada, token_sha256: 'ymo_1_a' }]],
  ])('rejects a file with %s and changes nothing', async (_what, content) => {
    const store = new InMemoryOperatorStore([
      { name: 'bob', roles: ['viewer'], tokenSha256: sha256Hex('b') },
    ]);
    await expect(bootstrapOperators(write(content), store)).rejects.toMatchObject({
      failure: { code: 'operators_file_invalid' },
    });
    expect(await store.findByToken(sha256Hex('b'))).toBeDefined();
  });

  it('reports a missing file', async () => {
    await expect(bootstrapOperators(join(folder, 'absent'), new InMemoryOperatorStore())).rejects.toThrow(
      'absent',
    );
  });
});
