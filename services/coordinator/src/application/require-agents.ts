import type { Plan } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { agentTypesOf } from '../domain/planning';
import type { Directory } from './ports';

/** Rejects a plan that needs an unregistered agent type, before the plan is stored. */
export async function requireAgents(
  plan: Plan,
  directory: Pick<Directory, 'hasAgentOf'>,
): Promise<Result<void>> {
  for (const type of agentTypesOf(plan)) {
    const enrolled = await directory.hasAgentOf(type);
    if (!enrolled.ok) return enrolled;
    if (!enrolled.value)
      return err(
        failure(
          'unavailable',
          'agent_unavailable',
          `The plan needs an agent of type ${type}; none is registered.`,
          { suggestion: `Register an agent of type ${type}, for example with --exec.` },
        ),
      );
  }
  return ok(undefined);
}
