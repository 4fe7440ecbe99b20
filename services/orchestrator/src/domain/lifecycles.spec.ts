import { stepState, workflowState } from '@ymera/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptMoves, attemptStates, attemptTransitions, moveAttempt } from './attempt-lifecycle';
import { moveWorkflow, workflowMoves, workflowTransitions } from './workflow-lifecycle';
import { stateDiagram } from './state-diagram';
import { activeStepStates, moveStep, stepMoves, stepTransitions } from './step-lifecycle';

/** Every legal move, written by hand: the table is wrong until both say the same. */
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

describe('the life of a step', () => {
  it.each(stepState.options.flatMap((from) => stepMoves.map((move) => [from, move] as const)))(
    'from %s by %s',
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

describe('the life of a run', () => {
  it.each(workflowState.options.flatMap((from) => workflowMoves.map((move) => [from, move] as const)))(
    'from %s by %s: only a running one ends',
    (from, move) => expect(moveWorkflow(from, move).ok).toBe(from === 'running'),
  );
});

describe('the life of an attempt', () => {
  const held = ['report', 'complete', 'fail', 'decline', 'lose', 'cancel'];
  const legal: Readonly<Record<string, readonly string[]>> = {
    offered: ['accept', ...held],
    running: held,
    reported: ['complete', 'fail', 'cancel'],
  };
  it.each(attemptStates.flatMap((from) => attemptMoves.map((move) => [from, move] as const)))(
    'from %s by %s',
    (from, move) => expect(moveAttempt(from, move).ok).toBe(legal[from]?.includes(move) ?? false),
  );
});

describe('the README', () => {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  it.each([
    ['steps', 'pending', stepTransitions],
    ['runs', 'running', workflowTransitions],
    ['attempts', 'offered', attemptTransitions],
  ] as const)('draws the %s as the table says', (_, initial, transitions) => {
    expect(readme).toContain(`\`\`\`mermaid\n${stateDiagram(initial, transitions)}\n\`\`\``);
  });
});
