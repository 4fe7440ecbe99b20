import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { measureBeforeAfter } from './benchmark';

jest.setTimeout(60_000);

const sandbox = new SandboxFixture();
afterAll(() => sandbox.close());

/** In one process with the product, like every benchmark; a shell starts at once, whatever the load of the machine. */
const benchmark = `now() { date +%s%3N; }
. ./product.sh
started=$(now)
work
echo "{\\"samples_ms\\": [$(($(now) - started))]}"
`;
const taking = (seconds: number) => `work() { sleep ${seconds}; }\n`;
const bentClock = 'now() { echo 1000; }\n';

function side(name: string, product: string) {
  const workspace = join(sandbox.folder, name);
  mkdirSync(workspace);
  writeFileSync(join(workspace, 'bench.sh'), benchmark);
  writeFileSync(join(workspace, 'product.sh'), product);
  return { workspace, command: 'sh bench.sh', prepared: {} };
}

// Long compared with the noise of a busy machine, within which no finding is made.
const before = side('before', taking(0.8));

describe('compareBenchmark', () => {
  it.each([
    ['that is faster is believed', side('faster', taking(0.01)), undefined],
    [
      'whose clock was bent is doubted',
      side('bent', bentClock + taking(0.8)),
      { claimedMs: expect.any(Number), outsideMs: expect.any(Number) },
    ],
  ])('%s', async (_, after, clockDoubt) => {
    const measured = await measureBeforeAfter(sandbox.unconfined, {
      before,
      after,
      name: 'sh bench.sh',
      runs: 3,
      budgetMs: 50_000,
      signal: new AbortController().signal,
    });
    if (!measured.ok) throw new Error(measured.error.message);
    expect(measured.value.beforeAfter.speedup).toBeGreaterThan(3);
    expect(measured.value.clockDoubt).toEqual(clockDoubt);
  });
});
