import {
  createEnrolment,
  createEnrolmentRoute,
  getAgentStatusRoute,
  getControlsRoute,
  liftFreezeRoute,
  listAgentsRoute,
  overviewRoute,
  retireAgentRoute,
} from '@ymera/contracts';
import { type Command, Option } from 'commander';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { type ListOptions, printList, withList } from './list';
import { controlWords } from './operations';
import { print } from './print';

const enrolmentKinds = createEnrolment.payload.shape.kind.options;
type EnrolmentKind = (typeof enrolmentKinds)[number];

/** Agents. */
export function addFleetCommands(ymera: Command): void {
  withConnection(ymera.command('overview'))
    .description('counts over the fleet, and whether anything is paused')
    .action(async (options: ConnectionOptions) => {
      const api = connect(options);
      const [overview, controls] = await Promise.all([api.call(overviewRoute), api.call(getControlsRoute)]);
      print(
        options,
        { ...overview, controls },
        [
          `${overview.agents} agents  ${JSON.stringify(overview.by_liveness)}  ${JSON.stringify(overview.by_type)}`,
          controlWords('dispatch', controls.dispatch),
          controlWords('landing', controls.landing),
        ].join('\n'),
      );
    });

  const agents = ymera.command('agents').description('the fleet');

  withList(agents.command('list'))
    .description('registered agents')
    .action(async (options: ListOptions) => {
      const api = connect(options);
      await printList(
        options,
        'no agents',
        (query) => api.call(listAgentsRoute, { query }),
        ({ agent_id, agent_type, status, principal_id }) => [agent_id, agent_type, status, principal_id],
      );
    });

  withConnection(agents.command('status').argument('<agent_id>'))
    .description('metrics of its reports')
    .action(async (agentId: string, options: ConnectionOptions) => {
      const status = await connect(options).call(getAgentStatusRoute, { params: { agent_id: agentId } });
      print(
        options,
        status,
        `${status.agent_id}  ${status.liveness}  ${status.work}  last report ${status.last_report_at ?? 'never'}`,
      );
    });

  withConnection(agents.command('retire').argument('<agent_id>').argument('<reason>'))
    .description('assign it no more work')
    .action(async (agentId: string, reason: string, options: ConnectionOptions) => {
      const agent = await connect(options).call(retireAgentRoute, {
        params: { agent_id: agentId },
        body: { reason },
      });
      print(options, agent, `${agent.agent_id}  ${agent.status}`);
    });

  withConnection(
    agents
      .command('lift')
      .argument('<agent_id>')
      .requiredOption('--reason <text>', 'for the record, 10 to 1000 characters'),
  )
    .description('reinstate a frozen agent')
    .action(async (agentId: string, options: ConnectionOptions & { reason: string }) => {
      const agent = await connect(options).call(liftFreezeRoute, {
        params: { agent_id: agentId },
        body: { reason: options.reason },
      });
      print(options, agent, `${agent.agent_id}  ${agent.standing?.status ?? agent.status}`);
    });

  withConnection(
    agents
      .command('enrolment')
      .addOption(
        new Option('--kind <kind>', 'who joins: a runner as a principal, or an agent')
          .choices(enrolmentKinds)
          .default('principal'),
      ),
  )
    .description('create a one-use enrolment token for a runner or an agent')
    .action(async ({ kind, ...options }: ConnectionOptions & { kind: EnrolmentKind }) => {
      const made = await connect(options).call(createEnrolmentRoute, { body: { kind } });
      print(options, made, made.enrolment_token);
    });
}
