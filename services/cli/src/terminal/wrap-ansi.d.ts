/** The version that CommonJS can load has no types of its own. */
declare module 'wrap-ansi' {
  function wrapAnsi(
    text: string,
    columns: number,
    options?: { readonly hard?: boolean; readonly wordWrap?: boolean; readonly trim?: boolean },
  ): string;
  export = wrapAnsi;
}
