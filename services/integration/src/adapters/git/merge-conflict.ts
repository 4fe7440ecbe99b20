const maxEvidenceLength = 4000;

/** The first place that git has marked in a file that it could not merge; empty in what is no text. */
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
