/** The service's own footing: its Node, its configuration, its watchdog, its log, its database. */
import type { Facts } from './facts.ts';
import { broken, type Finding, ok, skipped, warning } from './finding.ts';

/** The least that the database's driver runs on. */
const LEAST_NODE = [22, 12] as const;
const MB = 1_000_000;
const LITTLE_SPACE = 500 * MB;
const NO_SPACE = 50 * MB;

export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return ok('node', `Node ${version}.`);
  return broken(
    'node',
    `Node ${version} is too old: ${leastMajor}.${leastMinor} is the least.`,
    "Start it with scripts/device-lock, which brings the project's own Node.",
  );
}

/** @param mode permission bits */
export function examineConfig(path: string, mode: number): Finding {
  if ((mode & 0o002) !== 0) {
    return broken('config', `Anybody may write ${path}.`, `chmod 0640 ${path}`);
  }
  if ((mode & 0o004) !== 0) {
    return warning(
      'config',
      `Anybody may read ${path}, and with it the secret of Asterisk's manager.`,
      `chmod 0640 ${path}, and give it the group of the service.`,
    );
  }
  return ok('config', `${path} is read by its owner and group alone.`);
}

export function examineProcess(facts: Facts): Finding[] {
  const { health, configMode } = facts;
  return [
    examineNode(facts.node),
    configMode.found === undefined
      ? warning(
          'config',
          `${health.config} cannot be looked at: ${configMode.why}.`,
          'The next start needs it.',
        )
      : examineConfig(health.config, configMode.found),
    ...examineSecrets(facts),
    examineWatchdog(facts),
    examineLog(facts),
    ...examineStore(facts),
  ];
}

/** What cannot be looked at is told by whoever needs it. */
function examineSecrets({ secretModes }: Facts): Finding[] {
  return secretModes
    .filter(({ mode }) => ((mode.found ?? 0) & 0o006) !== 0)
    .map(({ path }) =>
      warning(
        'secrets',
        `Anybody may read or write ${path}, which holds a secret.`,
        `chmod 0640 ${path}, and give it the group of the service.`,
      ),
    );
}

function examineWatchdog({ watched }: Facts): Finding {
  if (watched) return ok('watchdog', 'A watchdog replaces the service when it hangs or ends.');
  return warning(
    'watchdog',
    'No watchdog is above the service: where it hangs, calls wait for it until their limit.',
    'Run it as: device-lock supervise (the unit that scripts/install writes does).',
  );
}

function examineLog({ log }: Facts): Finding {
  if (log.writable.found !== undefined) {
    return ok('log', log.path === '-' ? 'The log goes to standard output.' : `${log.path} can be written.`);
  }
  return broken(
    'log',
    `${log.path} cannot be written: ${log.writable.why}.`,
    'Give the file to the user of the service, then: systemctl reload device-lock',
  );
}

function examineStore({ store, origin }: Facts): Finding[] {
  if (store.found === undefined) {
    return [
      broken(
        'database',
        `The database does not answer: ${store.why}.`,
        'See the log; then restart the service.',
      ),
    ];
  }
  const { path, schema, freeBytes, failure, dropped } = store.found;
  return [
    failure === undefined
      ? ok('database', `${path} takes writes (schema ${schema}).`)
      : broken(
          'database',
          `${path} cannot be written: ${failure}.`,
          'Make room or mend the disk; it is tried again.',
        ),
    ...(dropped === 0
      ? []
      : [
          warning(
            'records',
            `${dropped} records of sightings and calls were given up while the disk refused.`,
            'Locks are not affected. The count begins anew at the next start.',
          ),
        ]),
    examineOrigin(origin),
    examineSpace(path, freeBytes),
  ];
}

function examineOrigin(origin: Facts['origin']): Finding {
  switch (origin?.kind) {
    case undefined:
      return skipped('origin', 'Where the database came from is not known.');
    case 'existing':
      return ok('origin', 'The database was found intact at the start.');
    case 'new':
      return ok('origin', 'The database was made at the start: there was none.');
    case 'replaced':
      return warning(
        'origin',
        `The database was damaged; an empty one took its place, and the locks came back from AstDB.`,
        `Look whether any is missing: device-lock extensions. The damaged file is ${origin.setAside}.`,
      );
  }
}

function examineSpace(path: string, freeBytes: number): Finding {
  const text = `${Math.round(freeBytes / MB).toLocaleString('en')} MB are free where ${path} lies.`;
  const cure = 'Make room: old recordings and logs are the usual cause.';
  if (freeBytes < NO_SPACE) return broken('disk', text, cure);
  return freeBytes < LITTLE_SPACE ? warning('disk', text, cure) : ok('disk', text);
}
