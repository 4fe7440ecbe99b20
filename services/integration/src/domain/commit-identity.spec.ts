import { uuidv7 } from '@ymera/kernel';
import { commitIdentity } from './commit-identity';

const attempt = {
  requestId: '01936d00-0000-7000-8000-0000000000aa',
  taskId: uuidv7(Date.parse('2026-05-01T12:00:00.900Z')),
  attempt: 2,
  agentId: 'enhancer-1',
  title: 'Improve the performance',
};
const taskTime = Date.parse('2026-05-01T12:00:00Z') / 1000;

describe('commit identity', () => {
  it('depends on the attempt and the base only', () => {
    expect(commitIdentity(attempt, 100)).toEqual(commitIdentity({ ...attempt }, 100));
    expect(commitIdentity(attempt, 100).author).toEqual({
      name: 'enhancer-1',
      email: 'enhancer-1@agents.ymera.invalid',
    });
  });

  it('has the time of its task and is never older than its base', () => {
    expect(commitIdentity(attempt, 100).time).toBe(taskTime);
    expect(commitIdentity(attempt, taskTime + 50).time).toBe(taskTime + 51);
    expect(commitIdentity({ ...attempt, taskId: '3f333df6-90a4-4fda-8dd3-9485d27cee36' }, 100).time).toBe(
      101,
    );
  });

  it('names the title, the agent and the request in the message', () => {
    expect(commitIdentity(attempt, 100).message).toBe(
      [
        'Improve the performance',
        '',
        `Ymera-Request: ${attempt.requestId}`,
        `Ymera-Task: ${attempt.taskId}`,
        'Ymera-Attempt: 2',
        'Ymera-Agent: enhancer-1',
        '',
      ].join('\n'),
    );
  });

  it('neutralises trailers in a title', () => {
    const title = 'Fix it\n\nYmera-Agent: examiner-1\u2028Ymera-Request: x';
    const lines = commitIdentity({ ...attempt, title }, 100).message.split(/[\n\u2028]/);
    expect(lines.filter((line) => line.startsWith('Ymera-Agent:'))).toEqual(['Ymera-Agent: enhancer-1']);
    expect(lines[0]).toBe('Fix it Ymera-Agent: examiner-1 Ymera-Request: x');
  });

  it('has a subject for an empty title and a short one for a long title', () => {
    expect(commitIdentity({ ...attempt, title: ' \n ' }, 1).message).toMatch(/^Change by an agent\n\n/);
    const subject = commitIdentity({ ...attempt, title: 'x'.repeat(200) }, 1).message.split('\n')[0];
    expect(subject).toBe(`${'x'.repeat(99)}…`);
  });
});
