import { CliError, Ended } from './cli-error';
import { interrupted, whenInterrupted } from './interruption';
import { lastLine } from './last-line';
import { program } from './program';
import { jsonLine, visible } from './terminal/visible';

/** The one place where a command's failure is told: to people, and as the last line for programs. */
function tell(error: unknown): void {
  if (error instanceof Ended) {
    process.exitCode = error.exitCode;
    return;
  }
  const known = error instanceof CliError ? error : undefined;
  const code = known?.code ?? 'internal';
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  const words = `${code}: ${message}\n${known?.suggestion ? `  ${known.suggestion}\n` : ''}`;
  process.stderr.write(visible(words));
  if (process.argv.includes('--json'))
    process.stdout.write(`${jsonLine(lastLine(process.argv[2], code, message, known?.suggestion))}\n`);
  process.exitCode = known?.exitCode ?? 1;
  // What could not be stopped in time would keep us alive.
  if (process.exitCode === 130) process.exit();
}

whenInterrupted(() => {
  tell(interrupted());
});
program().parseAsync(process.argv).catch(tell);
