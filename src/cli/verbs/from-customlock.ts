/** `import --from-customlock`: what the module customlock had decided, taken in like a document, with a word on each part. */
import type { ImportReport } from '../../api/shapes.ts';
import { onlyInAstdb, showLockModes } from '../../customlock/astdb.ts';
import { type DatabaseAccess, readFreepbxConf } from '../../customlock/freepbx-conf.ts';
import { MysqlError, readTables } from '../../customlock/mysql.ts';
import { planOf, type Told } from '../../customlock/plan.ts';
import type { Context, Options } from '../context.ts';
import { CliError, usage } from '../failure.ts';
import { readText } from '../files.ts';
import { harmless } from '../harmless.ts';
import { printReport } from './transfer.ts';

const FREEPBX_CONF = '/etc/freepbx.conf';
/** Characters of a password file. */
const LONGEST_PASSWORD = 1024;

export async function importFromCustomlock(
  context: Context,
  file: string | undefined,
  options: Options,
): Promise<undefined> {
  if (file !== undefined)
    throw usage('A document or customlock?', 'Leave out the file, or --from-customlock.');
  const dryRun = options.dryRun === true;
  const absent: string[] = [];
  const {
    document,
    taken,
    left: notTaken,
  } = planOf(await read(await accessOf(options), (table) => absent.push(table)));
  if (absent.length === 3) {
    throw new CliError(
      'mysql',
      'This database has no table of customlock.',
      'Is it the right one? See --mysql-database.',
    );
  }
  const left = [
    ...notTaken,
    ...(await leftInAstdb(options.astdb, new Set(Object.keys(document.policies ?? {})))),
    ...absent.map((table) => ({ what: `table ${table}`, how: 'it is not there' })),
  ];
  const client = await context.client();
  const report = await client.post<ImportReport>('/v1/import', { document, dryRun });
  context.output.show({ ...report, customlock: { taken, left } }, () => {
    printTold(context, dryRun ? 'Would be taken' : 'Taken', taken);
    printTold(context, 'Left there', left);
    printReport(context, report);
  });
}

async function leftInAstdb(kept: string | undefined, taken: ReadonlySet<string>): Promise<Told[]> {
  if (kept !== undefined) return onlyInAstdb(await readText(kept), taken);
  try {
    return onlyInAstdb(await showLockModes(), taken);
  } catch {
    return [{ what: 'AstDB', how: 'no Asterisk answers here: the tables alone were read' }];
  }
}

async function read(access: DatabaseAccess, onAbsent: (table: string) => void) {
  try {
    return await readTables(access, onAbsent);
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    const hint = 'Nothing was changed. Say where the database is with --mysql-…; see --help.';
    throw new CliError('mysql', `The database cannot be read: ${error.message}.`, hint);
  }
}

async function accessOf(options: Options): Promise<DatabaseAccess> {
  const { mysqlUser, mysqlHost, mysqlSocket, mysqlPasswordFile, mysqlDatabase } = options;
  const given =
    mysqlUser === undefined ? await accessOfFreepbx(options.freepbxConf ?? FREEPBX_CONF) : undefined;
  const password =
    mysqlPasswordFile === undefined ? undefined : (await readText(mysqlPasswordFile)).trimEnd();
  if (password !== undefined && password.length > LONGEST_PASSWORD) {
    throw new CliError(
      'malformed',
      `${mysqlPasswordFile} is no password: it is too long.`,
      'Nothing was changed.',
    );
  }
  return {
    user: mysqlUser ?? given?.user ?? '',
    password: password ?? given?.password ?? '',
    host: mysqlHost ?? given?.host,
    // A host that was asked for is not to lose to FreePBX's own socket.
    socket: mysqlSocket ?? (mysqlHost === undefined ? given?.socket : undefined),
    database: mysqlDatabase ?? given?.database ?? 'asterisk',
  };
}

async function accessOfFreepbx(path: string): Promise<DatabaseAccess> {
  const access = readFreepbxConf(await readText(path));
  if (access !== undefined) return access;
  throw new CliError(
    'malformed',
    `${path} names no AMPDBUSER.`,
    'Give --mysql-user and --mysql-password-file.',
  );
}

function printTold({ output }: Context, title: string, told: readonly Told[]): void {
  output.line(output.style('bold', `${title}: ${told.length === 0 ? 'nothing' : told.length}`));
  for (const { what, how } of told) output.line(harmless(`  ${what}: ${how}`));
}
