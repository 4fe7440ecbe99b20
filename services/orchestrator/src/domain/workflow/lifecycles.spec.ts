import { stepState, workflowState } from '@ymera/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptMoves, attemptStates, attemptTransitions, moveAttempt } from '../attempt/attempt-lifecycle';
import { moveWorkflow, workflowMoves, workflowTransitions } from './workflow-lifecycle';
import { stateDiagram } from './state-diagram';
import { activeStepStates, moveStep, stepMoves, stepTransitions } from '../step/step-lifecycle';

/** Every legal transition, written by hand: a difference from the table is an error in one of the two. */
const legalSteps: Readonly<Record<string, string>> = {
  'pending prepare': 'completed',
  'pending ready': 'ready',
  'pending open_gate': 'waiting_gate',
  'pending land': 'running',
  'pending cancel': 'canceled',
  'pending skip': 'skipped',
  'ready dispatch': 'dispatched',
  'dispatched accept': 'running',
  'dispatched materialise': 'materialising',
  'dispatched complete': 'completed',
  'dispatched escalate': 'waiting_gate',
  'dispatched release': 'ready',
  'dispatched back_off': 'retry_wait',
  'running materialise': 'materialising',
  'running complete': 'completed',
  'running escalate': 'waiting_gate',
  'running release': 'ready',
  'running back_off': 'retry_wait',
  'materialising complete': 'completed',
  'materialising back_off': 'retry_wait',
  'materialising release': 'ready',
  'waiting_gate complete': 'completed',
  'retry_wait retry': 'ready',
  'completed rework': 'pending',
  'completed remake': 'materialising',
  ...Object.fromEntries(
    activeStepStates.flatMap((state) => [
      [`${state} fail`, 'failed'],
      [`${state} cancel`, 'canceled'],
      [`${state} rework`, 'pending'],
    ]),
  ),
};

describe('the step lifecycle', () => {
  it.each(stepState.options.flatMap((from) => stepMoves.map((move) => [from, move] as const)))(
    'allows from %s by %s only what the table says',
    (from, move) => {
      const moved = moveStep(from, move);
      const expected = legalSteps[`${from} ${move}`];
      expect(moved).toEqual(
        expected
          ? { ok: true, value: expected }
          : {
              ok: false,
              error: expect.objectContaining({ kind: 'illegal_state', code: 'illegal_step_move' }),
            },
      );
    },
  );
});

describe('the workflow lifecycle', () => {
  it.each(workflowState.options.flatMap((from) => workflowMoves.map((move) => [from, move] as const)))(
    'moves from %s by %s only if the workflow is running',
    (from, move) => expect(moveWorkflow(from, move).ok).toBe(from === 'running'),
  );
});

describe('the attempt lifecycle', () => {
  const held = ['report', 'complete', 'fail', 'decline', 'lose', 'cancel'];
  const legal: Readonly<Record<string, readonly string[]>> = {
    offered: ['accept', ...held],
    running: held,
    reported: ['complete', 'fail', 'cancel'],
  };
  it.each(attemptStates.flatMap((from) => attemptMoves.map((move) => [from, move] as const)))(
    'moves from %s by %s only if the table allows it',
    (from, move) => expect(moveAttempt(from, move).ok).toBe(legal[from]?.includes(move) ?? false),
  );
});

describe('the README of the orchestrator', () => {
  const readme = readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8');
  it.each([
    ['steps', 'pending', stepTransitions],
    ['runs', 'running', workflowTransitions],
    ['attempts', 'offered', attemptTransitions],
  ] as const)('draws the state diagram of %s as the table has it', (_, initial, transitions) => {
    expect(readme).toContain(`\`\`\`mermaid\n${stateDiagram(initial, transitions)}\n\`\`\``);
  });
});
