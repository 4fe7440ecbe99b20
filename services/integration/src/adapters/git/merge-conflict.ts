const maxEvidenceLength = 4000;

/** The first conflict marker in a file that git could not merge; empty for binary files. */
export function firstConflict(content: Buffer): string {
  if (content.includes(0)) return '';
  const lines = content.toString('utf8').split('\n');
  const begin = lines.findIndex((line) => line.startsWith('<<<<<<< '));
  const length = lines.slice(begin).findIndex((line) => line.startsWith('>>>>>>> '));
  if (begin === -1 || length === -1) return '';
  return lines
    .slice(begin, begin + length + 1)
    .join('\n')
    .slice(0, maxEvidenceLength);
}
