import type { Git } from './git';

/** Contents of blobs by object id; missing ids and other objects are left out. */
export async function readBlobs(
  git: Git,
  repository: string,
  oids: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, Buffer>> {
  if (oids.length === 0) return new Map();
  const { stdout } = await git.run(['cat-file', '--batch'], {
    repository,
    env,
    input: `${oids.join('\n')}\n`,
    maxOutputBytes: 64 * 1024 * 1024,
  });
  return parseBatch(stdout);
}

/** `<oid> <type> <size>\n<content>\n`, or `<oid> missing\n`. */
function parseBatch(output: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  let position = 0;
  while (position < output.length) {
    const end = output.indexOf(0x0a, position);
    const [oid = '', type, size] = output.subarray(position, end).toString('latin1').split(' ');
    position = end + 1;
    if (size === undefined) continue;
    const content = output.subarray(position, position + Number(size));
    if (type === 'blob') blobs.set(oid, content);
    position += Number(size) + 1;
  }
  return blobs;
}
