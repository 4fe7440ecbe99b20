import { cancelRequestRoute, type RequestResource } from '@ymera/contracts';
import { sleep, withTimeout } from '@ymera/kernel';
import type { ApiClient } from '../api/api-client';
import { CliError } from '../cli-error';
import type { NoDecision } from '../interruption';
import { duration } from '../terminal/duration';
import type { DemoResult } from './demo-result';
import { type Outcome, readOutcome } from './outcome';

/** Shorter than the grace period that the launcher gives before it stops the platform. */
const defaultGraceMs = 3_000;
const retryIntervalMs = 100;

export interface TakenBack extends Outcome {
  /** Why it could not be canceled, or why that is unknown. */
  readonly refusal?: string;
}

/**
 * Cancels a request without a decision: nothing is denied. The gateway only records the cancellation, so the end of the
 * request is awaited with a timeout: a change that was about to land may have landed. Never rejects.
 */
export async function takeBack(
  requester: ApiClient,
  submitted: RequestResource,
  { message }: NoDecision,
  withinMs = defaultGraceMs,
): Promise<TakenBack> {
  let known: Outcome = { request: submitted, workflow: undefined, change: undefined };
  const late = new AbortController();
  const attempt = async (): Promise<TakenBack> => {
    const refusal = await cancel(requester, submitted.request_id, message);
    do {
      known = await readOutcome(requester, submitted.request_id);
      if (known.request.state !== 'running') return known;
      if (refusal !== undefined) return { ...known, refusal };
      await sleep(retryIntervalMs, late.signal);
    } while (!late.signal.aborted);
    return known;
  };
  try {
    return await withTimeout(withinMs, attempt(), () => ({
      ...known,
      refusal: `It had not ended after ${duration(withinMs)}.`,
    }));
  } catch (error) {
    return { ...known, refusal: wordsOf(error) };
  } finally {
    late.abort();
  }
}

/** Undefined when the cancellation was recorded, or the request has ended already: then its end is to be read. */
async function cancel(api: ApiClient, requestId: string, reason: string): Promise<string | undefined> {
  try {
    await api.call(cancelRequestRoute, { params: { request_id: requestId }, body: { reason } });
    return undefined;
  } catch (error) {
    return error instanceof CliError && error.code === 'request_ended' ? undefined : wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof CliError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

type End = Partial<Pick<DemoResult, 'state' | 'error'>>;

/** The actual outcome of an interrupted request, which may differ from the intended cancellation. */
export function endOf({ code, message }: NoDecision, { request, workflow, refusal }: TakenBack): End {
  const landed = workflow?.result.landed;
  const tooLate = (what: string): End => ({
    state: 'completed',
    error: { code, message: `It could not be canceled any more: ${what}.`, retryable: false },
  });
  if (landed) return tooLate(`it had already landed as ${landed.commit} on ${landed.branch}`);
  switch (request.state) {
    case 'canceled':
      return { state: 'canceled', error: { code, message, retryable: true } };
    case 'completed':
      return tooLate('it was already completed');
    case 'failed':
      return {};
    default:
      return {
        state: 'failed',
        error: {
          code: 'cancel_failed',
          message: `It could not be canceled. ${refusal ?? ''}`.trimEnd(),
          retryable: true,
        },
      };
  }
}
