/** Separate from the analysis itself, so that the runner can check without loading a parser. */
export const isAnalysable = (path: string): boolean =>
  /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/.test(path) && !path.endsWith('.d.ts');

const notWritten =
  /(?:^|\/)(?:node_modules|vendor|third_party|dist|build|out|coverage|\.git)\/|\.min\.[cm]?js$|(?:^|\/)package-lock\.json$/;

/** Hand-written files: minified, generated and third-party files get no advice. */
export const isWritten = (path: string): boolean => !notWritten.test(path);
