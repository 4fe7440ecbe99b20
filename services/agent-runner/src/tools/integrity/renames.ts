import type { Syntax } from '../syntax/syntax';
import { walk } from '../syntax/walk';

/** Replaces names that the product no longer has, or has newly, by a placeholder: renamed code becomes equal. */
export interface Rename {
  readonly before: (text: string) => string;
  readonly after: (text: string) => string;
  /** Names and texts that the product no longer has. */
  readonly gone: ReadonlySet<string>;
}

export interface Sides {
  readonly before: readonly Syntax[];
  readonly after: readonly Syntax[];
}

const identifier = /[\p{L}_$][\p{L}\d_$]*/gu;

/** The renamings of the product's own words, over all files that the change touches. */
export function renamesOf(files: readonly Sides[]): Rename {
  const [old, now] = [
    wordsOf(files.flatMap(({ before }) => before)),
    wordsOf(files.flatMap(({ after }) => after)),
  ];
  const without = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
    new Set([...one].filter((word) => !other.has(word)));
  // Names only: a changed expected text is no renaming.
  const renamed = without(old.names, now.names);
  const added = without(now.names, old.names);
  const gone = without(new Set([...old.names, ...old.texts]), new Set([...now.names, ...now.texts]));
  const replace = (words: ReadonlySet<string>) => (text: string) =>
    text.replaceAll(identifier, (word) => (words.has(word) ? '§' : word));
  return { before: replace(renamed), after: replace(added), gone };
}

function wordsOf(nodes: readonly Syntax[]): {
  readonly names: ReadonlySet<string>;
  readonly texts: ReadonlySet<string>;
} {
  const names = new Set<string>();
  const texts = new Set<string>();
  walk(nodes, (node) => {
    if (node.kind === 'name') names.add(node.name);
    if (node.kind === 'member' && typeof node.property === 'string') names.add(node.property);
    if ((node.kind === 'function' || node.kind === 'class') && node.name !== undefined) names.add(node.name);
    if (node.kind === 'import') for (const { imported, local } of node.names) names.add(imported).add(local);
    if (node.kind === 'literal' && node.type === 'string')
      for (const word of node.value.match(identifier) ?? []) texts.add(word);
  });
  return { names, texts };
}
