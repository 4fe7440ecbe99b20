import { CliError } from './cli-error';
import { program } from './program';

/** The one place where a command's failure is told: to people, and as the last line for programs. */
function tell(error: unknown): void {
  const known = error instanceof CliError ? error : undefined;
  const code = known?.code ?? 'internal';
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  process.stderr.write(`${code}: ${message}\n${known?.suggestion ? `  ${known.suggestion}\n` : ''}`);
  if (process.argv.includes('--json'))
    process.stdout.write(
      `${JSON.stringify({
        state: 'failed',
        error: {
          code,
          message,
          retryable: false,
          ...(known?.suggestion ? { suggestion: known.suggestion } : {}),
        },
      })}\n`,
    );
  process.exitCode = known?.exitCode ?? 1;
}

program().parseAsync(process.argv).catch(tell);
