import type { RequestResource } from '@ymera/contracts';
import { labelled } from '../terminal/layout';
import { shellWord } from '../terminal/shell-word';

/** What a request waits for before anything is started, and the command that goes on from there. */
export interface OpenQuestion {
  readonly question: string;
  /** As it is typed, with `...` in the place of the answer. */
  readonly answer_with: string;
}

/** How the person reached the gateway: the answer has to go the same way. */
interface Way {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** Null where nobody is asked anything. */
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

/** The question names what can be chosen; the command stays in one piece, so that it can be copied. */
export const openQuestionLines = (open: OpenQuestion | null, columns = Infinity): string[] =>
  open === null
    ? []
    : [labelled('Question  ', open.question, columns), 'Answer it with', `  ${open.answer_with}`];
