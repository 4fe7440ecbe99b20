/** An expected outcome of the launcher: told in one sentence, with what to do, and no stack trace. */
export class LauncherFailure extends Error {
  constructor(code, message, { suggestion, exitCode = 1, detail } = {}) {
    super(message);
    this.name = 'LauncherFailure';
    this.code = code;
    this.suggestion = suggestion;
    this.exitCode = exitCode;
    this.detail = detail;
  }
}
