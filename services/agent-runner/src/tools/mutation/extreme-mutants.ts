import { javascriptBodies } from './javascript-bodies';
import { mutantOf, type Mutant } from './mutant';
import { pythonBodies } from './python-bodies';

const maxFiles = 200;
const maxFileLength = 262_144;
const maxLength = 1_048_576;

/** The mutants of files; undefined for a project above the size limit, or with code that cannot be emptied. */
export function extremeMutants(
  paths: readonly string[],
  textOf: (path: string) => string | undefined,
): readonly Mutant[] | undefined {
  if (paths.length > maxFiles) return undefined;
  let length = 0;
  const mutants: Mutant[] = [];
  for (const path of paths) {
    const text = textOf(path);
    if (text === undefined || text.length > maxFileLength) return undefined;
    length += text.length;
    if (length > maxLength) return undefined;
    const found = mutantOf(
      path,
      text,
      path.endsWith('.py') ? pythonBodies(text) : javascriptBodies(path, text),
    );
    if (found) mutants.push(found);
  }
  return mutants;
}
