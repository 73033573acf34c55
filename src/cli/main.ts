/** The command line's entry: runs one verb and turns what came of it into an exit code. Nothing is thrown past here. */
import { CommanderError } from 'commander';
import { asCliError, usage } from './failure.ts';
import { printError } from './output.ts';
import { makeProgram } from './program.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const words = process.argv.slice(2);

try {
  await makeProgram().parseAsync(words, { from: 'user' });
} catch (error) {
  if (!(error instanceof CommanderError)) fail(error);
  else if (error.exitCode !== 0)
    fail(usage(error.message.replace(/^error: /, ''), 'See: device-lock --help'));
}

function fail(error: unknown): void {
  const failure = asCliError(error);
  printError(failure, words.includes('--json'));
  const { DEVICE_LOCK_DEBUG: debug } = process.env;
  if (failure.code === 'internal' && debug !== undefined) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  process.exitCode = failure.exit;
  // A service that could not start must not stay because its watchdog holds a channel to it.
  if (process.send !== undefined) process.exit(failure.exit);
}
