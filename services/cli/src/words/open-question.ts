import type { RequestResource } from '@ymera/contracts';
import { labelled } from '../terminal/layout';
import { shellWord } from '../terminal/shell-word';

/** The question that a request waits for before anything starts, and the command that answers it. */
export interface OpenQuestion {
  readonly question: string;
  /** The command line, with `...` in the place of the answer. */
  readonly answer_with: string;
}

/** The options by which the person reached the gateway: the answer needs the same. */
interface Way {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** Null without an open question. */
export function openQuestionOf(
  { request_id, state, question }: RequestResource,
  { url, tokenFile }: Way,
): OpenQuestion | null {
  if (state !== 'input_required') return null;
  const way = [
    ...(url === undefined ? [] : ['--url', url]),
    ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
  ];
  const words = ['requests', 'answer', request_id, '...', ...way].map(shellWord);
  return { question: question ?? '', answer_with: `npm run ymera -- ${words.join(' ')}` };
}

/** The question names the choices; the command is not broken into lines, so that it can be copied. */
export const openQuestionLines = (open: OpenQuestion | null, columns = Infinity): string[] =>
  open === null
    ? []
    : [labelled('Question  ', open.question, columns), 'Answer it with', `  ${open.answer_with}`];
