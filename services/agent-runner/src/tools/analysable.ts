/** Apart from the analysis itself, so that the runner can ask without loading a parser. */
export const isAnalysable = (path: string): boolean =>
  /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/.test(path) && !path.endsWith('.d.ts');

const notWritten =
  /(?:^|\/)(?:node_modules|vendor|third_party|dist|build|out|coverage|\.git)\/|\.min\.[cm]?js$|(?:^|\/)package-lock\.json$/;

/** What somebody wrote: of packed, generated and foreign files no advice is given. */
export const isWritten = (path: string): boolean => !notWritten.test(path);
