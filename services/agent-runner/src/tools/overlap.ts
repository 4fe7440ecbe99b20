/** Length of the longest suffix of the text that is a proper prefix of the value. */
export function overlap(text: string, value: string): number {
  for (let length = Math.min(text.length, value.length - 1); length > 0; length -= 1)
    if (text.endsWith(value.slice(0, length))) return length;
  return 0;
}
