import { getChangeRoute, revertChangeRoute } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Command } from 'commander';
import { noteLines } from '../words/notes';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { print } from './print';

/** Commands for changes of agents, and to revert a landed one. */
export function addChangeCommands(ymera: Command): void {
  const changes = ymera.command('changes').description('proposed and landed changes');

  withConnection(changes.command('show').argument('<change_id>'))
    .description('one change with its diff')
    .action(async (changeId: string, options: ConnectionOptions) => {
      const change = await connect(options).call(getChangeRoute, { params: { change_id: changeId } });
      const about = `${change.change_id}  ${change.state}  ${change.commit} by ${change.agent_id}`;
      const reverts = change.reverts === undefined ? [] : [`reverts ${change.reverts}`];
      print(options, change, [about, ...reverts, '', change.diff].join('\n'));
    });

  withConnection(
    changes
      .command('revert')
      .argument('<change_id>')
      .option('--reason <text>', 'for the approver and later readers'),
  )
    .description('revert a landed change: a request that is tested, examined and approved like any other')
    .action(async (changeId: string, options: ConnectionOptions & { reason?: string }) => {
      const request = await connect(options).call(revertChangeRoute, {
        params: { change_id: changeId },
        body: options.reason === undefined ? {} : { reason: options.reason },
        idempotencyKey: uuidv7(),
      });
      const about = `${request.request_id}  ${request.state}  ${request.text}`;
      const next = `Watch it with\n  npm run ymera -- requests watch ${request.request_id}`;
      print(options, request, [about, ...noteLines(request), next].join('\n'));
    });
}
