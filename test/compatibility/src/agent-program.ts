/** The agent's scripts for one project. */
export interface Assignment {
  readonly script: string;
  readonly afterFeedback?: string | undefined;
}

/**
 * One command line for all projects: the task on its standard input names the project, whose script runs in the
 * working copy. An agent without a second script gives up when its change is sent back.
 */
export const agentProgram = (assignments: Readonly<Record<string, Assignment>>): string => `
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const assignments = ${JSON.stringify(assignments)};
const { project, input } = JSON.parse(readFileSync(0, 'utf8'));
const { script, afterFeedback } = assignments[project.project_id] ?? {};
const isSecondTry = (input.feedback ?? []).length > 0;
const chosen = isSecondTry ? afterFeedback : script;
if (chosen === undefined) {
  console.error(isSecondTry ? 'gives up' : \`no script for \${project.project_id}\`);
  process.exit(9);
}
const { status, signal } = spawnSync('sh', ['-e', '-c', chosen], { stdio: ['ignore', 'inherit', 'inherit'] });
process.exit(status ?? (signal ? 128 : 1));
`;
