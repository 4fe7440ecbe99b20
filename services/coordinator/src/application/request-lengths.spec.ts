import {
  answerRequest,
  cancelRequest,
  cancelWorkflow,
  getRequest,
  requestPlanned,
  startWorkflow,
  submitRequest,
} from '@ymera/contracts';
import { isStorable } from '@ymera/kernel';
import fc from 'fast-check';
import { resourceOf } from '../domain/request';
import { submissionFixture } from '../testing/submission-fixture';
import { HandleWorkflowEnd } from './handle-workflow-end';
import { maxRequestTextLength } from './submit-request';

const ada = { name: 'ada', roles: ['operator'] };
const units = fc.constantFrom('a', 'ä ', '"', '\\ ', '😀', 'x😀');
const lengths = fc.oneof(fc.constantFrom(1, 19_999, 20_000), fc.integer({ min: 1, max: 20_000 }));
/** Of at most this length, without half of a surrogate pair at its end. */
const whole = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return isStorable(cut) ? cut : text.slice(0, length - 1);
};
const filled = (begin: string, unit: string, length: number): string =>
  whole(`${begin}${unit.repeat(length)}`, length) || 'x';

describe('a request of any length that is accepted', () => {
  it('is answered, run and canceled: every message takes the text that the one before it took', async () => {
    await fc.assert(
      fc.asyncProperty(units, lengths, lengths, async (unit, textLength, answerLength) => {
        const { submit, unitOfWork, outbox, clock } = submissionFixture();
        const asked = await submit.execute(
          submitRequest.payload.parse({
            project_id: 'sample',
            text: filled('the thing ', unit, textLength),
            actor: ada,
          }),
        );
        if (!asked.ok) throw new Error(asked.error.code);
        const { requestId } = asked.value;
        const { answer } = answerRequest.payload.parse({
          request_id: requestId,
          answer: filled('make it faster ', unit, answerLength),
          actor: ada,
        });
        await submit.answer(requestId, answer);
        const { reason } = cancelRequest.payload.parse({
          request_id: requestId,
          reason: filled('', unit, 500),
          actor: ada,
        });
        await new HandleWorkflowEnd(unitOfWork, clock).cancel(requestId, ada.name, reason);
        const request = unitOfWork.state.requests.get(requestId);
        if (!request) throw new Error('not stored');
        getRequest.reply.parse(resourceOf(request, []));
        for (const { payload, outgoing } of outbox.messages) {
          expect(isStorable(payload)).toBe(true);
          expect(Buffer.byteLength(outgoing.body)).toBeLessThan(1_048_576);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('reaches the orchestrator whole, also when question and answer are 40,001 characters', async () => {
    const { submit, unitOfWork, outbox, clock } = submissionFixture();
    const text = filled('the thing ', 'x', 20_000);
    const asked = await submit.execute({ project_id: 'sample', text, actor: ada });
    if (!asked.ok) throw new Error(asked.error.code);
    expect(asked.value.state).toBe('input_required');
    const answer = `make it faster ${'y'.repeat(20_000 - 15)}`;
    expect(await submit.answer(asked.value.requestId, answer)).toMatchObject({
      ok: true,
      value: { state: 'running' },
    });
    const joined = `${text}\n${answer}`;
    expect(joined).toHaveLength(40_001);
    expect(outbox.payloads(startWorkflow)).toMatchObject([{ request_text: joined }]);
    expect(outbox.payloads(requestPlanned)).toMatchObject([{ text: joined }]);
    const canceled = await new HandleWorkflowEnd(unitOfWork, clock).cancel(
      asked.value.requestId,
      'ada',
      'No.',
    );
    expect(canceled.ok).toBe(true);
    expect(outbox.payloads(cancelWorkflow)).toHaveLength(1);
  });

  it('is refused with a clear code when answers make it longer than any message may be', async () => {
    const { submit, unitOfWork } = submissionFixture();
    const vague = filled('that one ', 'x', 20_000);
    const asked = await submit.execute({ project_id: 'sample', text: vague, actor: ada });
    if (!asked.ok) throw new Error(asked.error.code);
    let answered = await submit.answer(asked.value.requestId, vague);
    for (let times = 0; answered.ok && times < 10; times += 1)
      answered = await submit.answer(asked.value.requestId, vague);
    expect(answered).toMatchObject({ ok: false, error: { code: 'request_too_long' } });
    const text = unitOfWork.state.requests.get(asked.value.requestId)?.text ?? '';
    expect(text.length).toBeLessThanOrEqual(maxRequestTextLength);
    expect(await submit.answer(asked.value.requestId, 'make it faster')).toMatchObject({ ok: true });
  });
});
