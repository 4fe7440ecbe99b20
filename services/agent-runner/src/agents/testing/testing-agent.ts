import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import { failure } from '@ymera/kernel';
import type { ToolAgent } from '../agent';
import { failed, stopped } from '../outcome';
import { TestAttempt, type TestAttemptOptions } from './test-attempt';
import { testBase } from './test-base';
import { testChange } from './test-change';

/**
 * Runs the project's own test command on a change, or on the base where there is none, and reports the results with the tree.
 * Repeats failed tests, to separate flaky from broken ones; compares the broken ones of a change with the base.
 */
export class TestingAgent implements ToolAgent {
  readonly agentType = 'TESTING';
  readonly taskTypes = ['test'] as const;

  constructor(private readonly options: TestAttemptOptions) {}

  async run(task: Task, context: TaskContext): Promise<TaskResult> {
    if (task.project.commands.test === undefined) return failed(noTests(), 0);
    const attempt = new TestAttempt(this.options, task, context);
    try {
      const { change } = task.input;
      const ended = await (change ? testChange(attempt, change.commit) : testBase(attempt));
      return context.signal.aborted ? stopped(context.signal, attempt.toolMs) : ended;
    } finally {
      await attempt.close();
    }
  }
}

const noTests = () =>
  failure('validation', 'no_tests', 'The project declares no test command.', {
    suggestion: 'Add a "test" script to package.json, or {"test": "..."} in ymera.json.',
  });
