import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { err, isStorable, ok, type Result } from '@ymera/kernel';
import { changeUnreadable, patchTooLarge } from './change-refusals';
import { gitToFile, type GitFileOutput, type GitOptions } from './git';
import type { ChangeLimits } from '@ymera/config';

/** A patch in a file, and as text if it fits into a message. */
export interface ChangePatch {
  readonly file: string;
  readonly sizeBytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  readonly text: string | undefined;
}

/** As JSON. A result also holds up to 256 KiB of findings, and is a message of at most 1 MiB. */
const maxInlineBytes = 737_280;
const patchTimeoutMs = 300_000;

/** Writes the differences of two trees to `file`, keeping no more in memory than a message holds. */
export async function writePatch(
  options: GitOptions,
  { base, tree, file, limits }: { base: string; tree: string; file: string; limits: ChangeLimits },
): Promise<Result<ChangePatch>> {
  const args = [
    ...['diff', '--binary', '--full-index', '--no-ext-diff', '--no-textconv', '--no-renames'],
    base,
    tree,
  ];
  const bounded = { ...options, maxBytes: limits.maxPatchBytes, timeoutMs: patchTimeoutMs };
  const written = await gitToFile(args, bounded, file);
  const refused = refusalOf(written, limits);
  if (refused) return err(refused);
  if (written.sizeBytes > maxInlineBytes) return ok({ ...written, file, text: undefined });
  const bytes = await readFile(file);
  const text = bytes.toString('utf8');
  if (isUtf8(bytes) && isStorable(text)) return ok({ ...written, file, text: inline(text) });
  // Text in an old encoding, or with a NUL, would not survive JSON or the database: every file is written as binary.
  const binary = await withEveryFileBinary(options.gitFolder, () => gitToFile(args, bounded, file));
  const tooLarge = refusalOf(binary, limits);
  if (tooLarge) return err(tooLarge);
  return ok({ ...binary, file, text: inline(await readFile(file, 'utf8')) });
}

const inline = (text: string): string | undefined =>
  Buffer.byteLength(JSON.stringify(text)) <= maxInlineBytes ? text : undefined;

const refusalOf = (output: GitFileOutput, limits: ChangeLimits) =>
  output.isTooLong ? patchTooLarge(limits) : output.ok ? undefined : changeUnreadable(output.complaint);

async function withEveryFileBinary<T>(gitFolder: string, work: () => Promise<T>): Promise<T> {
  const attributes = join(gitFolder, 'info', 'attributes');
  await mkdir(dirname(attributes), { recursive: true });
  await writeFile(attributes, '* -diff\n');
  try {
    return await work();
  } finally {
    await rm(attributes);
  }
}
