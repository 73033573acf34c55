/** Why a verb could not do what was asked: what was wrong, then what to do, and the exit code that goes with it. */

/** 0 done, 1 could not, 2 asked for something that makes no sense. */
export type ExitCode = 0 | 1 | 2;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly hint: string;
  readonly exit: ExitCode;
  constructor(code: string, message: string, hint: string, exit: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.exit = exit;
  }
}

export function usage(message: string, hint: string): CliError {
  return new CliError('usage', message, hint, 2);
}

/** Any error as one of the CLI's; what carries a hint keeps it, a bug says that it is one. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error)) return new CliError('internal', `internal error: ${String(error)}`, '');
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  if (hint !== undefined) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.name);
    return new CliError(code, error.message, hint, 1, { cause: error });
  }
  return new CliError('internal', `internal error: ${error.message}`, 'Please report it.', 1, {
    cause: error,
  });
}

/** `ConfigError` is `config`. */
function codeOf(name: string): string {
  return name
    .replace(/Error$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}
