import { expiredArtefacts } from './artefact-retention';

const now = new Date('2026-06-01T00:00:00Z');
const day = 86_400_000;
const artefact = (digest: string, ageDays: number, sizeBytes = 10) => ({
  digest,
  sizeBytes,
  storedAt: new Date(now.getTime() - ageDays * day),
});
const expired = (artefacts: ReturnType<typeof artefact>[], maxTotalBytes = 1000) =>
  expiredArtefacts(artefacts, { maxAgeMs: 30 * day, maxTotalBytes }, now).map(({ digest }) => digest);

describe('artefact retention', () => {
  it('deletes artefacts above the maximum age', () => {
    expect(expired([artefact('a', 29), artefact('b', 31)])).toEqual(['b']);
  });

  it('deletes the oldest artefacts above the maximum total size and keeps the rest', () => {
    expect(expired([artefact('old', 3, 40), artefact('new', 1, 40), artefact('middle', 2, 40)], 80)).toEqual([
      'old',
    ]);
    expect(expired([artefact('huge', 1, 200), artefact('small', 2, 10)], 100)).toEqual(['huge']);
  });
});
