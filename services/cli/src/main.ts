import { CliError, Ended } from './cli-error';
import { interrupted, whenInterrupted } from './interruption';
import { lastLine } from './last-line';
import { program } from './program';
import { jsonLine, visible } from './terminal/visible';
import { whoseFault } from './words/fault';

/** The one place that reports a command's failure: to people, and as the last line for programs. */
function tell(error: unknown): void {
  if (error instanceof Ended) {
    process.exitCode = error.exitCode;
    return;
  }
  const known = error instanceof CliError ? error : unexpected(error);
  process.stderr.write(visible(`${known.code}: ${known.message}\n`));
  if (process.argv[2] === 'demo') process.stderr.write(visible(`  At fault: ${whoseFault(known)}\n`));
  if (known.suggestion) process.stderr.write(visible(`  ${known.suggestion}\n`));
  if (process.argv.includes('--json'))
    process.stdout.write(`${jsonLine(lastLine(process.argv[2], known))}\n`);
  process.exitCode = known.exitCode;
  // Unfinished work would keep the process alive.
  if (process.exitCode === 130) process.exit();
}

const unexpected = (error: unknown): CliError =>
  new CliError('internal', error instanceof Error ? error.message : String(error));

whenInterrupted(() => {
  tell(interrupted());
});
program().parseAsync(process.argv).catch(tell);
