import type { LogFields, Logger } from '@ymera/kernel';
import { createLogger as createWinston, format, transports } from 'winston';
import { redact } from './redact';
import { currentSpanId, currentTraceId } from './tracing';

export interface LoggerOptions {
  readonly service: string;
  readonly version?: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Destination of the lines; default standard output. */
  readonly stream?: NodeJS.WritableStream;
}

export interface ProcessLogger extends Logger {
  /** From now on; for a closer look at a running process. */
  setLevel(level: LoggerOptions['level']): void;
}

/** One JSON object per line, with the current trace, without secrets. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const winston = createWinston({
    level: options.level,
    format: format.printf((entry) => JSON.stringify(entry)),
    transports: [
      options.stream ? new transports.Stream({ stream: options.stream }) : new transports.Console(),
    ],
  });
  const origin = { service: options.service, ...(options.version ? { version: options.version } : {}) };

  const write = (level: LoggerOptions['level'], message: string, fields: LogFields = {}): void => {
    if (!winston.isLevelEnabled(level)) return;
    const traceId = currentTraceId();
    winston.log({
      time: new Date().toISOString(),
      ...(redact({ ...fields, message }) as { message: string }),
      level,
      ...origin,
      ...(traceId ? { trace_id: traceId, span_id: currentSpanId() } : {}),
    });
  };

  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    setLevel: (level) => {
      winston.level = level;
    },
  };
}
