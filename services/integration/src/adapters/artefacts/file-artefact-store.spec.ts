import { sha256Hex } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { maxArtefactBytes, DeleteExpiredArtefacts } from '../../application/artefacts';
import { removeStale } from './remove-stale';
import { FileArtefactStore } from './file-artefact-store';

describe('FileArtefactStore', () => {
  let folder: string;
  let incoming: string;
  let store: FileArtefactStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-artefacts-'));
    incoming = join(folder, 'incoming');
    for (const name of ['incoming', 'kept']) mkdirSync(join(folder, name));
    store = new FileArtefactStore(join(folder, 'kept'), incoming);
  });
  afterEach(() => {
    expect(readdirSync(incoming)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (content: Buffer, digest = sha256Hex(content)) => store.put(digest, Readable.from([content]));

  it('returns an artefact unchanged and accepts a repeated upload', async () => {
    const content = Buffer.from('hello');
    expect(await put(content)).toEqual({ isNew: true, sizeBytes: 5 });
    expect(await put(content)).toEqual({ isNew: false, sizeBytes: 5 });
    const found = await store.get(sha256Hex(content));
    expect(found?.sizeBytes).toBe(5);
    expect(found && (await buffer(found.content))).toEqual(content);
    expect(await store.get('0'.repeat(64))).toBeUndefined();
  });

  it('rejects content with another digest than its address and leaves no file', async () => {
    await expect(put(Buffer.from('hello'), '0'.repeat(64))).rejects.toMatchObject({
      failure: { code: 'digest_mismatch' },
    });
    expect(await store.list()).toEqual([]);
  });

  it('rejects content above the size limit, whatever length was announced', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    const endless = Readable.from(
      (function* () {
        for (let sent = 0; sent <= maxArtefactBytes; sent += chunk.length) yield chunk;
      })(),
    );
    await expect(store.put('0'.repeat(64), endless)).rejects.toMatchObject({
      failure: { code: 'artefact_too_large' },
    });
  });

  it('leaves no file after an interrupted upload', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('hel');
        throw new Error('connection lost');
      })(),
    );
    await expect(store.put(sha256Hex('hello'), broken)).rejects.toThrow('connection lost');
    expect(await store.list()).toEqual([]);
  });

  it('deletes artefacts that retention does not keep', async () => {
    const [old, fresh] = [Buffer.from('old'), Buffer.from('fresh')];
    await put(old);
    await put(fresh);
    const now = new Date();
    const longAgo = new Date(now.getTime() - 10_000);
    utimesSync(join(folder, 'kept', sha256Hex(old).slice(0, 2), sha256Hex(old)), longAgo, longAgo);
    const deletion = new DeleteExpiredArtefacts(
      store,
      { maxAgeMs: 5000, maxTotalBytes: 1000 },
      new FakeClock(now),
    );
    expect(await deletion.execute()).toBe(1);
    expect((await store.list()).map(({ digest }) => digest)).toEqual([sha256Hex(fresh)]);
  });

  it('deletes stale files of interrupted uploads', async () => {
    writeFileSync(join(incoming, 'x.artefact'), 'half');
    await removeStale(incoming, 1000, new Date());
    expect(readdirSync(incoming)).toEqual(['x.artefact']);
    await removeStale(incoming, 1000, new Date(Date.now() + 5000));
  });
});
