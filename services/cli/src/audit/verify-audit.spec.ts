import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dataDigest,
  Frontier,
  leafHash,
  leafText,
  noteSigner,
  signCheckpoint,
  signingKeyOf,
  type LoggedRecord,
  type NoteSigner,
} from '@ymera/transparency';
import { ApiClient } from '../api/api-client';
import { inWords } from '../commands/audit';
import { GatewayLog } from './gateway-log';
import { rememberedFile } from './remembered';
import { verifyAudit, type AuditVerifyOptions } from './verify-audit';

const origin = 'test.example/audit';
const signer = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 1)));
const stranger = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 2)));

function recordOf(index: number, subject = `s${index}`): LoggedRecord {
  const data = `{"n":${index}}`;
  const record = {
    index,
    event_id: `e${index}`,
    type: 'registry.agent.retired.v1',
    source: '/ymera/registry',
    subject,
    aggregate_version: 1,
    time: '2026-01-01T00:00:00.000Z',
    trace_id: null,
    data_digest: dataDigest(data),
    data,
  };
  return { ...record, leaf_hash: leafHash(leafText(record)).toString('base64') };
}

/** The answers of a platform on the three routes of its log. */
class Platform {
  entries: LoggedRecord[] = [];
  notes: string[] = [];
  key = signer.verifierKey;
  readonly asked: string[] = [];

  grow(count: number, by: NoteSigner = signer): void {
    while (this.entries.length < count) this.entries.push(recordOf(this.entries.length));
    const tree = new Frontier();
    for (const entry of this.entries) tree.append(leafHash(leafText(entry)));
    this.notes.push(signCheckpoint({ origin, size: count, root: tree.root() }, by));
  }

  answer(url: URL): unknown {
    this.asked.push(url.pathname + url.search);
    const number = (name: string): number => Number(url.searchParams.get(name) ?? 0);
    switch (url.pathname) {
      case '/api/v1/audit/checkpoint':
        return { checkpoint: this.notes.at(-1) ?? null, public_key: this.key };
      case '/api/v1/audit/checkpoints':
        return { items: this.notes, next_size: null };
      default: {
        const from = number('from_index');
        // Like a service whose page reached its size limit: fewer than requested.
        return { items: this.entries.slice(from, from + Math.min(number('limit'), 700)) };
      }
    }
  }
}

describe('audit verify', () => {
  let server: Server;
  let platform: Platform;
  let folder: string;
  let log: GatewayLog;

  beforeEach(async () => {
    platform = new Platform();
    folder = mkdtempSync(join(tmpdir(), 'ymera-audit-'));
    server = createServer((request, response) => {
      const body = JSON.stringify(platform.answer(new URL(request.url ?? '/', 'http://here')));
      response.setHeader('content-type', 'application/json').setHeader('connection', 'close').end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    log = new GatewayLog(new ApiClient(`http://127.0.0.1:${port}`, 'token'));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const verify = (options: AuditVerifyOptions = {}) => verifyAudit(log, { folder, ...options });
  const codes = async (options: AuditVerifyOptions = {}): Promise<readonly string[]> =>
    (await verify(options)).reasons.map(({ code }) => code);

  it('reads a log in pages and finds it valid, an empty one too', async () => {
    platform.grow(0);
    expect(await verify()).toMatchObject({ valid: true, size: 0, reasons: [], seenBefore: undefined });
    platform.grow(2345);
    const progress: number[] = [];
    const verified = await verify({ onProgress: (done) => progress.push(done) });
    expect(verified).toMatchObject({ valid: true, size: 2345, origin, seenBefore: 0 });
    expect(platform.notes.at(-1)).toContain(verified.root);
    expect(progress.at(-1)).toBe(2345);
    expect(platform.asked.filter((path) => path.startsWith('/api/v1/audit/log')).length).toBeGreaterThan(3);
    expect(inWords(verified)).toContain('valid: 2345 entries match the signed checkpoint');
  });

  it('stores a valid checkpoint, and detects a changed past', async () => {
    platform.grow(5);
    platform.grow(9);
    await verify();
    expect(readFileSync(rememberedFile(origin, folder), 'utf8')).toBe(platform.notes.at(-1));
    platform.notes.pop();
    platform.entries.length = 5;
    expect(await codes()).toEqual(['rolled_back']);
    // An invalid checkpoint does not replace it.
    platform.grow(7);
    expect(await codes()).toEqual(['rolled_back']);
    platform.entries[2] = recordOf(2, 'somebody-else');
    platform.grow(12);
    const verified = await verify();
    expect(verified.reasons.map(({ code }) => code)).toEqual(['history_rewritten']);
    expect(inWords(verified)).toMatch(/NOT VALID.*\n {2}history_rewritten: The first 9 entries/);
  });

  it('compares a log with a given checkpoint', async () => {
    platform.grow(4);
    const [since] = platform.notes;
    platform.grow(8);
    expect(await verify({ since })).toMatchObject({ valid: true, seenBefore: 4, file: undefined });
    platform.entries = [];
    platform.grow(3);
    expect(await codes({ since })).toEqual(['rolled_back']);
  });

  it('trusts the given key, not the one that the platform publishes', async () => {
    platform.grow(4, stranger);
    platform.key = stranger.verifierKey;
    expect(await codes({ key: signer.verifierKey })).toEqual(['key_changed']);
    expect(await codes({ key: `${stranger.verifierKey}\n` })).toEqual([]);
    await expect(verify({ key: 'no key' })).rejects.toMatchObject({ code: 'key_invalid', exitCode: 2 });
  });

  it('detects a key that differs from the previous one', async () => {
    platform.grow(4);
    await verify();
    platform.notes = [];
    platform.key = stranger.verifierKey;
    platform.grow(4, stranger);
    expect(await codes()).toEqual(['key_changed']);
  });

  it('ends when a platform always returns other entries than requested', async () => {
    platform.grow(10);
    platform.entries[9] = recordOf(0);
    expect(await codes()).toEqual(['entry_out_of_order', 'root_mismatch']);
    platform.entries = [];
    expect(await codes()).toEqual(['entry_missing', 'root_mismatch']);
  });
});
