import { print } from '../syntax/print';
import type { Syntax } from '../syntax/syntax';
import { boundNames } from '../syntax/walk';
import type { Rename, Sides } from './renames';

const identifier = /[\p{L}_$][\p{L}\d_$]*/gu;

/** The same renaming, with that of test helpers that do the same under another name, in any file. */
export function withHelpers(rename: Rename, tests: readonly Sides[]): Rename {
  const [old, now] = [
    functionsOf(tests.flatMap(({ before }) => before)),
    functionsOf(tests.flatMap(({ after }) => after)),
  ];
  const [before, after] = [new Set<string>(), new Set<string>()];
  for (const [body, name] of old) {
    const other = now.get(body);
    if (other === undefined || other === name || new Set(now.values()).has(name)) continue;
    before.add(name);
    after.add(other);
  }
  const replace = (words: ReadonlySet<string>, then: (text: string) => string) => (text: string) =>
    then(text).replaceAll(identifier, (word) => (words.has(word) ? '§' : word));
  return { before: replace(before, rename.before), after: replace(after, rename.after), gone: rename.gone };
}

/** Names of the functions of files, by their behaviour. */
function functionsOf(body: readonly Syntax[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const node of body) {
    const [name] =
      node.kind === 'declare' ? boundNames(node.target) : [node.kind === 'function' ? node.name : ''];
    const made = node.kind === 'declare' ? node.value : node;
    if (name && made?.kind === 'function')
      found.set(
        JSON.stringify([
          made.parameters.map(({ pattern }) => print(pattern)),
          made.body.map((one) => print(one)),
        ]),
        name,
      );
  }
  return found;
}
