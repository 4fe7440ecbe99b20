import { join } from 'node:path';
import { isPointer, maxPointerBytes, noLfs, type LfsFacts, type LfsFile } from '../../domain/lfs';
import { fieldsOf } from './path-text';
import { readBlobs } from './read-blobs';
import type { TreeFile, TreeQuestion } from './tree-question';

const isRegular = (mode: string): boolean => mode.startsWith('1006') || mode.startsWith('1007');
const isAttributes = (path: string): boolean => path === '.gitattributes' || path.endsWith('/.gitattributes');

/**
 * The effect of a change on files of Git LFS, by the attributes of the tree before and after: an agent may change both. Skips a
 * project without attributes.
 */
export async function lfsFacts(
  question: TreeQuestion,
  before: readonly TreeFile[],
  sizes: ReadonlyMap<string, number>,
): Promise<LfsFacts> {
  const { changed, base, tree } = question;
  const areAttributesChanged = changed.some(({ path }) => isAttributes(path));
  if (!areAttributesChanged && !before.some(({ path }) => isAttributes(path))) return noLfs;

  const files = changed.filter(({ newMode }) => isRegular(newMode));
  const asked = areAttributesChanged ? [...before.map(({ pathBytes }) => pathBytes)] : [];
  const paths = [...asked, ...files.map(({ pathBytes }) => pathBytes)];
  const ofLfsBefore = await pathsOfLfs(question, base, paths);
  const ofLfsAfter = areAttributesChanged ? await pathsOfLfs(question, tree, paths) : ofLfsBefore;

  const key = (bytes: Buffer): string => bytes.toString('latin1');
  const concerned = files.filter(
    ({ pathBytes }) => ofLfsBefore.has(key(pathBytes)) || ofLfsAfter.has(key(pathBytes)),
  );
  const contentOf = await contents(
    question,
    concerned.flatMap(({ oldOid, newOid }) => [oldOid, newOid]),
    sizes,
  );
  const known = new Set(before.map(({ oid }) => oid));
  const gone = new Set(changed.filter(({ newMode }) => !isRegular(newMode)).map(({ path }) => path));
  return {
    changed: concerned.map(({ path, pathBytes, oldMode, oldOid, newOid }): LfsFile => ({
      path,
      before: isRegular(oldMode) ? contentOf(oldOid) : undefined,
      after: contentOf(newOid),
      isKnown: known.has(newOid) || sizes.get(newOid) === 0,
      isStillLfs: ofLfsAfter.has(key(pathBytes)),
    })),
    noLonger: before.flatMap(({ path, pathBytes, mode }) =>
      isRegular(mode) && !gone.has(path) && ofLfsBefore.has(key(pathBytes)) && !ofLfsAfter.has(key(pathBytes))
        ? [path]
        : [],
    ),
  };
}

/** Bytes of paths, as latin1, that have `filter=lfs` in a tree's own attributes. */
async function pathsOfLfs(
  { git, options, folder }: TreeQuestion,
  tree: string,
  paths: readonly Buffer[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const own = { ...options, env: { ...options.env, GIT_INDEX_FILE: join(folder, 'attributes-index') } };
  await git.run(['read-tree', tree], own);
  const input = Buffer.concat(paths.flatMap((path) => [path, Buffer.from([0])]));
  const { stdout } = await git.run(['check-attr', '--cached', '-z', '--stdin', 'filter'], { ...own, input });
  const fields = fieldsOf(stdout);
  const found = new Set<string>();
  for (let index = 0; index + 2 < fields.length; index += 3)
    if (fields[index + 2]?.toString('latin1') === 'lfs') found.add(fields[index]?.toString('latin1') ?? '');
  return found;
}

/** A large blob is content and no pointer; it is not read. */
async function contents(
  { git, options }: TreeQuestion,
  oids: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Promise<(oid: string) => 'pointer' | 'content'> {
  const small = oids.filter((oid) => (sizes.get(oid) ?? Infinity) <= maxPointerBytes);
  const blobs = await readBlobs(git, options.repository, [...new Set(small)], options.env);
  return (oid) => {
    const blob = blobs.get(oid);
    return blob !== undefined && isPointer(blob.toString('utf8')) ? 'pointer' : 'content';
  };
}
