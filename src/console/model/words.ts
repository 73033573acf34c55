/** The console's words for what the API says: locks, reasons, ends, times. Pure; unknown codes are shown as they are. */
import type { Alternative, LockView, Preview, ReactionView } from '../api/shapes.ts';

const SOURCES = { own: 'own lock', fallback: 'fallback', none: 'no lock' } as const;
const KINDS = { none: 'None', device: 'Device', model: 'Model', custom: 'Custom', mixed: 'Mixed' } as const;

export function lockWords(lock: LockView): { readonly kind: string; readonly source: string } {
  return { kind: KINDS[lock.kind], source: SOURCES[lock.source] };
}

const REASONS: Readonly<Record<string, string>> = {
  'wrong-device': 'Wrong device',
  'no-user-agent': 'Sent no User-Agent',
  'malformed-user-agent': 'Malformed User-Agent',
  'wrong-device-registered': 'Call from the address of a wrong device',
  'not-registered': 'Not registered from this address',
  'newer-firmware': 'Looks like a firmware update of the right phone',
  'wrong-network': 'From outside the networks it may be in',
  flagged: 'Refused by the dialplan: open violation',
  unavailable: 'Refused by the dialplan: service unavailable',
  emergency: 'Emergency call',
};
const ENDS: Readonly<Record<string, string>> = {
  matched: 'The right phone came back on this registration',
  'contact-gone': 'The registration went away',
  evicted: 'Device Lock removed the registration',
  'lock-changed': 'The lock changed',
  cleared: 'Cleared by an operator',
  quiet: 'No further call came',
  superseded: 'Made room for newer ones',
};
const OUTCOMES: Readonly<Record<string, string>> = {
  refused: 'Call refused',
  monitored: 'Call passed (monitor)',
  'refused-unanswered': 'Call refused by the dialplan',
  emergency: 'Emergency call passed',
};

export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason;
}
export function endWords(how: string): string {
  return ENDS[how] ?? how;
}
export function outcomeWords(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome;
}

/** What Device Lock did by itself, up to the device it was done to, and how often. */
export function reactionWords({ kind, count, firstAt }: Pick<ReactionView, 'kind' | 'count' | 'firstAt'>): {
  readonly what: string;
  readonly times: string;
} {
  const times = count === 1 ? '' : `, ${count} times since ${clock(firstAt)}`;
  switch (kind) {
    case 'evicted':
      return { what: 'Device Lock removed the registration of', times };
    case 'restored':
      return { what: 'Device Lock put back the displaced phone', times };
    case 'hung-up':
      return { what: `Device Lock ended ${count === 1 ? 'a call' : `${count} calls`} of`, times: '' };
  }
}

/** What Device Lock did by itself in one violation, in one sentence; undefined where it did nothing. */
export function deedWords(done: readonly Pick<ReactionView, 'kind' | 'count'>[]): string | undefined {
  const deeds = DEEDS.flatMap(({ kind, words }) => {
    const found = done.find((one) => one.kind === kind);
    return found === undefined ? [] : [words(found.count)];
  });
  return deeds.length === 0 ? undefined : `Device Lock ${deeds.join(', ')}`;
}

/** In the order in which they are done. */
const DEEDS: readonly { readonly kind: ReactionView['kind']; readonly words: (count: number) => string }[] = [
  { kind: 'evicted', words: (count) => `removed the registration${count === 1 ? '' : ` ${count} times`}` },
  { kind: 'restored', words: () => 'put back the displaced phone' },
  { kind: 'hung-up', words: (count) => `ended ${count === 1 ? 'a call' : `${count} calls`} in progress` },
];

/** What happened to the calls of one violation. */
export function callWords(v: {
  readonly calls: number;
  readonly mode: string;
  readonly dialled: string | null;
}): string {
  if (v.calls === 0) return 'Registered, made no call';
  const calls = v.calls === 1 ? '1 call' : `${v.calls} calls`;
  const what = v.mode === 'monitor' ? `${calls} passed (monitor)` : `${calls} refused`;
  return v.dialled === null ? what : `${what}, last to ${v.dialled}`;
}

export function alternativeWords(alternative: Alternative): { readonly what: string; readonly text: string } {
  switch (alternative.kind) {
    case 'device':
      return { what: 'Exactly', text: alternative.userAgent };
    case 'model':
      return { what: 'Model', text: alternative.model };
    case 'custom':
      return {
        what: { exact: 'Exactly', prefix: 'Begins with', pattern: 'Matches' }[alternative.match],
        text: alternative.value,
      };
  }
}

export function previewWords({ counts }: Preview, mode: 'enforce' | 'monitor'): string {
  const them = (count: number) => (count === 1 ? '1 extension' : `${count} extensions`);
  const violate =
    counts.wouldViolate === 0
      ? 'No registered phone would be in violation.'
      : `${counts.wouldViolate === 1 ? '1 registered phone' : `${counts.wouldViolate} registered phones`} would be in violation now${mode === 'enforce' ? ', and their calls refused' : ''}.`;
  const end =
    counts.wouldEnd === 0
      ? ''
      : ` ${counts.wouldEnd === 1 ? '1 violation' : `${counts.wouldEnd} violations`} would end.`;
  return `${them(counts.changed)} would change. ${violate}${end}`;
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

export function ago(at: string, now: number): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (Number.isNaN(seconds)) return '';
  for (const [size, unit] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return 'just now';
}

export function clock(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
