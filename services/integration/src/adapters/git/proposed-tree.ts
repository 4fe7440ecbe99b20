import { largeBinaryBytes } from '../../domain/change-notices';
import type { ChangedEntry, ProposedTree } from '../../domain/change-policy';
import type { Git, GitOptions } from './git';
import { lfsFacts } from './lfs-facts';
import { fieldsOf, pathText } from './path-text';
import type { RawChange } from './raw-changes';
import { readBlobs } from './read-blobs';
import type { TreeFile, TreeQuestion } from './tree-question';

const linkMode = '120000';
const submoduleMode = '160000';
const nothing = '000000';
/** Like git: a NUL in the first bytes of a blob makes it binary. */
const inspectedBytes = 8000;

/** Everything that is asked about a proposed tree, before anything of it is kept. */
export async function readProposedTree(question: TreeQuestion): Promise<ProposedTree> {
  const { git, options, changed } = question;
  const before = await filesOf(question);
  const sizes = await sizesOf(git, options, changed);
  const linksBefore = await targetsOf(
    question,
    new Map(before.flatMap(({ mode, path, oid }) => (mode === linkMode ? [[path, oid]] : []))),
  );
  const linksAfter = new Map(linksBefore);
  const newLinks = new Map<string, string>();
  const paths = new Set(before.map(({ path }) => path));
  for (const { path, newMode, newOid } of changed) {
    linksAfter.delete(path);
    if (newMode === linkMode) newLinks.set(path, newOid);
    if (newMode === nothing) paths.delete(path);
    else paths.add(path);
  }
  for (const [path, target] of await targetsOf(question, newLinks)) linksAfter.set(path, target);
  const entries: ChangedEntry[] = [];
  for (const { path, oldMode, newMode, newOid } of changed) {
    const size = sizes.get(newOid) ?? 0;
    const isBinary = size >= largeBinaryBytes && (await isBinaryBlob(git, options, newOid));
    entries.push({ path, oldMode, newMode, size, isBinary });
  }
  const lfs = await lfsFacts(question, before, sizes);
  return { entries, linksBefore, linksAfter, paths: [...paths], lfs };
}

async function filesOf({ git, options, base }: TreeQuestion): Promise<readonly TreeFile[]> {
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', base], options);
  return fieldsOf(stdout).flatMap((entry) => {
    const tab = entry.indexOf('\t');
    if (tab < 0) return [];
    const [mode = '', , oid = ''] = entry.toString('latin1', 0, tab).split(' ');
    const pathBytes = entry.subarray(tab + 1);
    return [{ mode, oid, path: pathText(pathBytes), pathBytes }];
  });
}

/** Sizes of the blobs on both sides, by object id. */
async function sizesOf(
  git: Git,
  options: GitOptions,
  changed: readonly RawChange[],
): Promise<ReadonlyMap<string, number>> {
  const sides = changed.flatMap(({ oldMode, oldOid, newMode, newOid }) => [
    { mode: oldMode, oid: oldOid },
    { mode: newMode, oid: newOid },
  ]);
  const oids = sides.filter(({ mode }) => mode.startsWith('1') && mode !== submoduleMode);
  if (oids.length === 0) return new Map();
  const output = await git.text(['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    ...options,
    input: `${oids.map(({ oid }) => oid).join('\n')}\n`,
  });
  return new Map(
    output.split('\n').map((line) => {
      const [oid = '', size] = line.split(' ');
      return [oid, Number(size)];
    }),
  );
}

async function isBinaryBlob(git: Git, options: GitOptions, oid: string): Promise<boolean> {
  const shown = await git.run(['cat-file', 'blob', oid], {
    ...options,
    maxOutputBytes: inspectedBytes,
    truncate: true,
  });
  return shown.stdout.includes(0);
}

/** Maps path and blob to path and target. */
async function targetsOf(
  { git, options }: TreeQuestion,
  links: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const blobs = await readBlobs(git, options.repository, [...links.values()], options.env);
  return new Map([...links].map(([path, oid]) => [path, pathText(blobs.get(oid) ?? Buffer.alloc(0))]));
}
