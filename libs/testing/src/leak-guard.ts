import { eventually } from './eventually';

/** Kinds of handles that keep a process alive and that a test file can leave behind. */
const watched: ReadonlySet<string> = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'TLSWrap',
  'UDPWrap',
  'Timeout',
  'Immediate',
  'ProcessWrap',
  'FSEventWrap',
]);

function openHandles(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (watched.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/**
 * Fails the test file when a connection, server, child process or timer of it is still open a second after its tests. Call
 * it once, at the end of the file: hooks run in the order in which they were written, and this one must run last.
 */
export function leakGuard(): void {
  let before: ReadonlyMap<string, number> = new Map();
  beforeAll(() => {
    before = openHandles();
  });
  afterAll(async () => {
    const leaked = (): readonly string[] =>
      [...openHandles()]
        .map(([kind, count]) => ({ kind, more: count - (before.get(kind) ?? 0) }))
        .filter(({ more }) => more > 0)
        .map(({ kind, more }) => `${more} × ${kind}`);
    await eventually(
      () => {
        if (leaked().length > 0) throw new Error(`this file leaves open: ${leaked().join(', ')}`);
      },
      { timeoutMs: 1000 },
    );
  });
}
