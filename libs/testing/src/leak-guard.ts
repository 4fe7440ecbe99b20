import { sleep } from '@ymera/kernel';
import { eventually } from './eventually';

type Handles = ReadonlyMap<string, number>;

/** Kinds of resources that keep a process alive and that a test file can leave behind. */
const connections = ['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'UDPWrap', 'ProcessWrap', 'FSEventWrap'];
const timers = ['Timeout'];

function count(kinds: readonly string[]): Handles {
  const open = process.getActiveResourcesInfo();
  return new Map(kinds.map((kind) => [kind, open.filter((one) => one === kind).length]));
}

const beyond = (before: Handles): readonly string[] =>
  [...count([...before.keys()])]
    .map(([kind, now]) => ({ kind, more: now - (before.get(kind) ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ kind, more }) => `${more} × ${kind}`);

/**
 * Fails the test file when a connection, server, child process or timer of it is still open a second after its tests.
 * Call it once, at the end of the file: hooks run in the order of their declaration, and this one must run last.
 */
export function leakGuard(): void {
  const connectionsBefore = count(connections);
  let timersBefore: Handles = new Map();
  beforeAll(async () => {
    // Jest has timers of its own, for this hook as for the last one; the timers of loading the file end first.
    await sleep(20);
    timersBefore = count(timers);
  });
  afterAll(async () => {
    await eventually(
      () => {
        const leaked = [...beyond(connectionsBefore), ...beyond(timersBefore)];
        if (leaked.length > 0) throw new Error(`this file leaves open: ${leaked.join(', ')}`);
      },
      { timeoutMs: 1000 },
    );
  });
}
