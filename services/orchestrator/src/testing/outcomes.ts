import { base } from './plans';
import { approvingVerdict, passedTests } from './workflow-scenario';
import type { ScriptedAgent, Task } from './scripted-agent';

/** The result of an agent for a task that succeeded, by type of task. */
export const outcomeOf = ({ type }: Task): Parameters<ScriptedAgent['end']>[1] => ({
  metrics: { tool_ms: 1 },
  ...(type === 'enhance' ? { change: { base, patch: 'diff' } } : {}),
  ...(type === 'test' ? { tests: passedTests() } : {}),
  ...(type === 'validate' ? { verdict: approvingVerdict() } : {}),
});
