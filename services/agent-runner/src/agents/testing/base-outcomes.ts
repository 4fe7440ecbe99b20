import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestOutcome, testOutcomeSchema } from './test-outcome';

/** All inputs of the tests of a base. */
export interface BaseKey {
  readonly projectId: string;
  readonly base: string;
  readonly command: string;
  /** Interpreter, packages and environment, as plain data. */
  readonly prepared: unknown;
}

const maxKept = 200;
/** Later a test that depends on the time, or on a tool that was installed since, may end otherwise. */
const maxAgeMs = 3_600_000;

/** Test outcomes of bases, stored in the runner's state folder, so that a change can be compared without another run. */
export class BaseOutcomes {
  constructor(
    private readonly folder: string,
    private readonly now: () => number = Date.now,
  ) {}

  async find(key: BaseKey): Promise<TestOutcome | undefined> {
    const file = this.file(key);
    const found = await stat(file).catch(() => undefined);
    if (!found || this.now() - found.mtimeMs > maxAgeMs) return undefined;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : testOutcomeSchema.safeParse(parse(text));
    return parsed?.success ? parsed.data : undefined;
  }

  async keep(key: BaseKey, outcome: TestOutcome): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = join(this.folder, `${randomUUID()}.draft`);
    await writeFile(draft, JSON.stringify(outcome));
    await rename(draft, this.file(key));
    await this.deleteOldest();
  }

  private file({ projectId, base, command, prepared }: BaseKey): string {
    const digest = createHash('sha256')
      .update(JSON.stringify([projectId, base, command, prepared, process.version]))
      .digest('hex');
    return join(this.folder, `${digest}.json`);
  }

  private async deleteOldest(): Promise<void> {
    const names = await readdir(this.folder);
    if (names.length <= maxKept) return;
    const dated = await Promise.all(
      names.map(async (name) => {
        const path = join(this.folder, name);
        return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
    );
    const old = dated.toSorted((one, other) => other.at - one.at).slice(maxKept);
    await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
