const [quote, backslash] = [0x22, 0x5c];
const [openBracket, openBrace, closeBracket, closeBrace] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Whether arrays and objects nest deeper than `maxDepth` in JSON that is encoded as UTF-8. Looks at brackets outside of
 * strings only, before anything recursive gets to see the value; the text need not be valid.
 */
export function isJsonDeeperThan(maxDepth: number, json: Uint8Array): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
  }
  return false;
}
