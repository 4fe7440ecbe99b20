import {
  deadLetterOwner,
  type DeadLetterState,
  deadLetterState,
  getDeadLetterRoute,
  listAlertsRoute,
  listDeadLettersRoute,
  pauseDispatchRoute,
  pauseLandingRoute,
  replayDeadLetterRoute,
  resumeDispatchRoute,
  resumeLandingRoute,
  type ControlState,
  type ServiceName,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { type Command, Option } from 'commander';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { type ListOptions, printList, withList } from './list';
import { print, table } from './print';

/** The state of one pause switch in one line. */
export function controlWords(name: string, state: ControlState | null): string {
  if (state === null) return `${name} unknown: its service does not answer`;
  if (state.state === 'running') return `${name} running`;
  const { since, changed_by: by, reason, waiting } = state;
  return `${name} PAUSED by ${by ?? 'unknown'} since ${since ?? '?'}: ${reason ?? ''} (${waiting} waiting)`;
}

const controls = [
  ['dispatch', 'offering work to agents', pauseDispatchRoute, resumeDispatchRoute],
  ['landing', 'moving branches', pauseLandingRoute, resumeLandingRoute],
] as const;

/** Commands for operators when a part of the platform fails. */
export function addOperationsCommands(ymera: Command): void {
  for (const [name, what, pause, resume] of controls) {
    const group = ymera.command(name).description(`stop and start ${what}, everywhere at once`);
    for (const [verb, route] of [
      ['pause', pause],
      ['resume', resume],
    ] as const)
      withConnection(group.command(verb).requiredOption('--reason <text>', 'for later readers'))
        .description(`${verb} ${what}`)
        .action(async (options: ConnectionOptions & { reason: string }) => {
          const state = await connect(options).call(route, { body: { reason: options.reason } });
          print(options, state, controlWords(name, state));
        });
  }
  addDeadLetterCommands(ymera);

  withList(ymera.command('alerts').option('--all', 'also those that are resolved'))
    .description('open alerts')
    .action(async (options: ListOptions & { all?: boolean }) => {
      const api = connect(options);
      const state = options.all ? 'all' : 'open';
      await printList(
        options,
        options.all ? 'no alerts' : 'no open alerts',
        (query) => api.call(listAlertsRoute, { query: { state, ...query } }),
        (alert) => [alert.raised_at, alert.severity, alert.state, alert.title, alert.link],
      );
    });
}

interface DeadLetterFilter {
  readonly owner?: ServiceName;
  readonly queue?: string;
  readonly code?: string;
  readonly state?: DeadLetterState;
}

function addDeadLetterCommands(ymera: Command): void {
  const dlq = ymera.command('dlq').description('dead-lettered messages');

  withList(
    dlq
      .command('list')
      .addOption(new Option('--owner <service>', 'of this service only').choices(deadLetterOwner.options))
      .option('--queue <name>', 'that died in this queue only')
      .option('--code <code>', 'with this code only')
      .addOption(new Option('--state <state>', 'in this state only').choices(deadLetterState.options)),
  )
    .description('dead letters, newest first')
    .action(async (options: ListOptions & DeadLetterFilter) => {
      const api = connect(options);
      const { owner, queue, code, state } = options;
      await printList(
        options,
        'no dead letters',
        (query) => api.call(listDeadLettersRoute, { query: { owner, queue, code, state, ...query } }),
        (letter) => [
          letter.dead_letter_id,
          letter.state,
          letter.queue ?? `${letter.owner} (queue unknown)`,
          letter.type,
          letter.code,
          letter.reason.slice(0, 80),
        ],
      );
    });

  withConnection(dlq.command('show').argument('<dead_letter_id>'))
    .description('one dead letter with its body, without secrets')
    .action(async (id: string, options: ConnectionOptions) => {
      const letter = await connect(options).call(getDeadLetterRoute, { params: { dead_letter_id: id } });
      const { body, ...facts } = letter;
      const words = Object.entries(facts).map(([name, value]) => [name, wordsOf(value)]);
      print(options, letter, `${table(words)}\n\n${body}`);
    });

  withConnection(dlq.command('replay').argument('<dead_letter_id>'))
    .description('redeliver it to its queue')
    .action(async (id: string, options: ConnectionOptions) => {
      const letter = await connect(options).call(replayDeadLetterRoute, {
        params: { dead_letter_id: id },
        idempotencyKey: uuidv7(),
      });
      print(options, letter, `${letter.dead_letter_id}  sent back to ${letter.queue ?? ''}`);
    });
}

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
