import fc from 'fast-check';
import { ProgressLines } from './progress-lines';

function feed(chunks: readonly string[]) {
  const steps: (readonly [number, string])[] = [];
  let log = '';
  const lines = new ProgressLines({
    progress: (fraction, step) => steps.push([fraction, step]),
    log: (text) => (log += text),
  });
  for (const chunk of chunks) lines.push(chunk);
  return { steps, log };
}

describe('progress lines', () => {
  it('are reported as progress and left out of the log', () => {
    expect(feed(['a\n::ymera progress 0.4 half way\nb\n::ymera progress 1\n'])).toEqual({
      steps: [
        [0.4, 'half way'],
        [1, 'working'],
      ],
      log: 'a\nb\n',
    });
  });

  it('are found for every splitting of the output', () => {
    const text = 'first\n::ymera progress 0.25 cutting\nlast line\n::ymera progress .5\n::ymera nonsense\n';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 20 }), (sizes) => {
        const chunks: string[] = [];
        let rest = text;
        for (const size of sizes) {
          chunks.push(rest.slice(0, size));
          rest = rest.slice(size);
        }
        expect(feed([...chunks, rest])).toEqual({
          steps: [
            [0.25, 'cutting'],
            [0.5, 'working'],
          ],
          log: 'first\nlast line\n::ymera nonsense\n',
        });
      }),
    );
  });

  it('do not hold back a prompt without a line end', () => {
    expect(feed(['Password: ']).log).toBe('Password: ');
  });
});
