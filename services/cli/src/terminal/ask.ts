import { createInterface } from 'node:readline/promises';
import { interrupted, NoDecision } from '../interruption';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WriteStream;
}

const mostTries = 5;

/**
 * Asks until the answer can be read, a few times. Rejects with `NoDecision` when it cannot, and when the person ends
 * instead of answering: by Ctrl-C, Ctrl-D, or a signal.
 */
export async function ask<T>(
  { input, output }: Terminal,
  question: string,
  read: (answer: string) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const prompt = createInterface({ input, output });
  try {
    for (let tries = 0; tries < mostTries; tries += 1) {
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
  throw new NoDecision(
    'no_answer',
    `No answer could be read in ${mostTries} tries, so nothing was decided.`,
    2,
  );
}
