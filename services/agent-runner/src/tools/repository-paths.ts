import { overlap } from './overlap';

/**
 * A tool's output with paths relative to the repository. The location of the working copy means nothing to people, and
 * it is deleted when they read of it.
 */
export const asInRepository = (text: string, root: string): string =>
  text.replaceAll(pathPattern(root), (_, slash: string) => inPlaceOfRoot(slash));

/** The same for text in chunks: the possible beginning of such a path waits for the next chunk. */
export function pathsInRepository(
  root: string,
  sink: (text: string) => void,
): { push(chunk: string): void; end(): void } {
  const pattern = pathPattern(root);
  // One character more, because the next character decides as well.
  const beginnings = [`${root}/.`, `file://${root}/.`];
  // The previous character decides, too.
  let before = '';
  let waiting = '';
  const pass = (text: string, ready: number) => {
    let at = before.length;
    let shown = '';
    pattern.lastIndex = at;
    for (const match of text.matchAll(pattern)) {
      if (match.index >= ready) break;
      shown += text.slice(at, match.index) + inPlaceOfRoot(match[1]);
      at = match.index + match[0].length;
    }
    const end = Math.max(at, ready);
    shown += text.slice(at, end);
    before = text.slice(0, end).slice(-1);
    waiting = text.slice(end);
    if (shown !== '') sink(shown);
  };
  return {
    push: (chunk) => {
      const text = waiting + chunk;
      const kept = Math.max(...beginnings.map((beginning) => overlap(text, beginning)));
      pass(before + text, before.length + text.length - kept);
    },
    end: () => pass(before + waiting, before.length + waiting.length),
  };
}

function pathPattern(root: string): RegExp {
  const escaped = root.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])(?:file://)?${escaped}(/(?=[\w.@-])|(?![\w.-]))`, 'g');
}

const inPlaceOfRoot = (slash: string | undefined): string => (slash === '' ? '.' : '');
