import { createInterface } from 'node:readline/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { interrupted, NoDecision } from '../interruption';

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { setRawMode?(mode: boolean): unknown };
  readonly output: NodeJS.WriteStream;
}

const maxAttempts = 5;

/**
 * Repeats a question until the answer can be read, a few times. Rejects with `NoDecision` when it cannot, and when the
 * person ends the command instead: by Ctrl-C, Ctrl-D, or a signal.
 */
export async function ask<T>(
  { input, output }: Terminal,
  question: string,
  read: (answer: string) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  await forgetTyped(input);
  const prompt = createInterface({ input, output });
  try {
    for (let tries = 0; tries < maxAttempts; tries += 1) {
      const answer = await prompt.question(question, { signal });
      const value = read(answer.trim());
      if (value !== undefined) return value;
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    output.write('\n');
    throw interrupted();
  } finally {
    prompt.close();
  }
  throw new NoDecision('no_answer', `No valid answer after ${maxAttempts} attempts; nothing was decided.`, 2);
}

/** Discards input from before the question: a line end would approve a change that the person has not seen. */
async function forgetTyped(input: Terminal['input']): Promise<void> {
  // In line mode a terminal keeps an unfinished line; only raw mode delivers it.
  input.setRawMode?.(true);
  input.resume();
  // The first turn may still wait for input that the system has ready.
  await nextTurn();
  await nextTurn();
  input.pause();
  input.setRawMode?.(false);
}
