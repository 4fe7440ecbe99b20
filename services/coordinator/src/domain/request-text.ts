/** Placeholder for a name in the words that are interpreted; no cue matches it. */
const name = '…';

/** Code and quotes are data, whatever their content. */
const quoted = /```[\s\S]*?```|`[^`]*`|"[^"]*"|“[^”]*”|«[^»]*»|(?<=^|\s)'[^'\n]+'(?=$|[\s.,;:!?)])/g;

/** Longer than a word of any language. */
const maxWordLength = 60;

/** Files of prose: a request to change one is a request for documentation. */
const proseFile = /\.(?:md|mdx|rst|adoc)$/i;

const identifier: readonly RegExp[] = [
  // A path or an address
  /\//,
  // A call: add(), parse(text)
  /^[\w.$]+\(/,
  // A file: parser.ts
  /^[\w-]+(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]{0,4}$/,
  // mergeSort, MergeSort, merge_sort, --merge
  /^[a-z][a-z0-9]*[A-Z]/,
  /^[A-Z][a-z0-9]+[A-Z][a-z0-9]/,
  /[A-Za-z0-9]_[A-Za-z0-9]/,
  /^--?[A-Za-z]/,
];

function withoutName(token: string): string {
  const [, before = '', core = '', after = ''] =
    /^([([{<]*)(.*?)([.,;:!?)\]}>]*)$/s.exec(token.slice(0, 300)) ?? [];
  if (proseFile.test(core)) return `${before}docs${after}`;
  const isName =
    token.length > maxWordLength ||
    identifier.some((pattern) => pattern.test(core) || pattern.test(core + after));
  // The bracket that closes a call belongs to the call.
  const end = before === '' ? after.replaceAll(/[)\]}>]/g, '') : after;
  return isName ? before + name + end : token;
}

/** An order not to do something, and an exclusion ("without ..."). */
const negated: readonly RegExp[] = [
  /(?<=^|[.,;:!?\n]|\b(?:and|but|please))\s*(?:please )?(?:don['’]t|do not|never)\s[^.,;:!?\n]*?(?=$|[.,;:!?\n]|\b(?:but|just|only)\b)/g,
  /\b(?:without|instead of|rather than|but not|no need to|not to)\s[^.,;:!?\n]*/g,
];

/**
 * The words of a request in lower case. Negated orders are left out, and identifiers, paths, files and quotes are
 * replaced by a placeholder: the name of a thing says nothing about the intent.
 */
export function wordsOf(text: string): string {
  const named = text
    .replace(quoted, name)
    .split(/(\s+)/)
    .map((token) => (/^\s/.test(token) ? token : withoutName(token)))
    .join('');
  return negated.reduce((words, pattern) => words.replace(pattern, ' '), named.toLowerCase());
}
