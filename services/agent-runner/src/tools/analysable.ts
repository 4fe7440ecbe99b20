/** Apart from the analysis itself, so that the runner can ask without loading a parser. */
export const isAnalysable = (path: string): boolean =>
  /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/.test(path) && !path.endsWith('.d.ts');
