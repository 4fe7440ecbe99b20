const everyMs = 100;

/** One line that is overwritten, on terminals only; nothing for pipes. */
export function progressLine(stream: NodeJS.WriteStream): {
  readonly show: (done: number, of: number) => void;
  readonly clear: () => void;
} {
  let shownAt = 0;
  return {
    show: (done, of) => {
      if (!stream.isTTY || performance.now() - shownAt < everyMs) return;
      shownAt = performance.now();
      stream.write(`\r  ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} entries`);
    },
    clear: () => {
      if (shownAt > 0) stream.write('\r\u001b[K');
    },
  };
}
