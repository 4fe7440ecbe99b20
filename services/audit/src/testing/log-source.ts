import { noteSigner, signingKeyOf, type LogSource } from '@ymera/transparency';
import type { LogReader } from '../application/ports';

export const signingKey = signingKeyOf('test.example/audit', Buffer.alloc(32, 1));
export const signer = noteSigner(signingKey);
export const otherSigner = noteSigner(signingKeyOf('test.example/audit', Buffer.alloc(32, 2)));

/** A verifier's view of a log in this process; in small pages, to test page boundaries. */
export const sourceOf = (reader: LogReader): LogSource => ({
  newestCheckpoint: async () => (await reader.newestCheckpoint()) ?? null,
  async *records(from, to) {
    for (let next = from; next < to;) {
      const page = await reader.records(next, 7);
      const last = page.at(-1);
      if (!last) return;
      for (const record of page) if (record.index < to) yield record;
      next = last.index + 1;
    }
  },
  async *checkpoints() {
    for (let from = 0; ;) {
      const page = await reader.checkpoints(from, 7);
      const last = page.at(-1);
      if (!last) return;
      yield* page.map(({ note }) => note);
      from = last.size + 1;
    }
  },
});
