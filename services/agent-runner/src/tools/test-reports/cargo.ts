import { countsOf, cut, type ReportReader } from './report';

/** `test result: ok. 3 passed; 0 failed; 1 ignored`, once for each binary. */
export const cargo: ReportReader = (output) => {
  const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm)];
  if (results.length === 0) return undefined;
  const sum = (group: number) => results.reduce((total, result) => total + Number(result[group]), 0);
  const failed = sum(2);
  const failures = cut(output, /^---- (.+?) (?:stdout|stderr) ----$/gm).map(({ name, text }) => {
    const words = text.split(/^(?:failures:|stack backtrace:)$/m)[0] ?? '';
    const panic = /panicked at [^\n]*:\n(.+)/.exec(words)?.[1] ?? /panicked at '(.+?)'/.exec(words)?.[1];
    return { name, text: words, ...(panic === undefined ? {} : { error: panic }) };
  });
  return {
    tool: 'cargo',
    counts: countsOf(sum(1), failed, sum(3)),
    failures,
    namesAll: failures.length >= failed,
  };
};
