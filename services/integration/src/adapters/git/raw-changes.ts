import { fieldsOf, pathText } from './path-text';

/** A path that differs between two trees, according to `git diff --raw`. */
export interface RawChange {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldOid: string;
  readonly newOid: string;
  readonly path: string;
  /** In git's form, for further git commands. */
  readonly pathBytes: Buffer;
}

/** `:<old mode> <new mode> <old oid> <new oid> <status>\0<path>\0`, repeated. */
export function parseRawDiff(output: Buffer): readonly RawChange[] {
  const fields = fieldsOf(output);
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [facts, pathBytes = Buffer.alloc(0)] = [fields[index]?.toString('latin1') ?? '', fields[index + 1]];
    const [oldMode = '', newMode = '', oldOid = '', newOid = ''] = facts.slice(1).split(' ');
    changes.push({ oldMode, newMode, oldOid, newOid, path: pathText(pathBytes), pathBytes });
  }
  return changes;
}
