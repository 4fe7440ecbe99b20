import { base } from './plans';
import { approvingVerdict, passedTests } from './workflow-scenario';
import type { ScriptedAgent, Task } from './scripted-agent';

/** What an agent says at the end of a task that went well, as its type of task asks. */
export const outcomeOf = ({ type }: Task): Parameters<ScriptedAgent['end']>[1] => ({
  metrics: { tool_ms: 1 },
  ...(type === 'enhance' ? { change: { base, patch: 'diff' } } : {}),
  ...(type === 'test' ? { tests: passedTests() } : {}),
  ...(type === 'validate' ? { verdict: approvingVerdict() } : {}),
});
