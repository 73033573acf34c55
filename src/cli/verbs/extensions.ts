/** `extensions`: one line each, what is wrong in red. */
import type { ExtensionSummary } from '../../api/shapes.ts';
import { showAlternative } from '../../domain/lock.ts';
import type { Context } from '../context.ts';
import { type Cell, printTable } from '../table.ts';

export async function extensions(context: Context): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<{ extensions: ExtensionSummary[] }>('/v1/extensions');
  context.output.show(found, () => {
    if (found.extensions.length === 0) {
      context.output.line('Asterisk lists no extension, and none is locked or registered.');
      return;
    }
    printTable(
      context.output,
      [
        { title: 'EXT', min: 6 },
        { title: 'NAME', min: 6 },
        { title: 'LOCK', min: 12 },
        { title: 'MODE' },
        { title: 'REGISTERED', min: 12 },
        { title: 'STATE' },
      ],
      found.extensions.map(rowOf),
    );
  });
}

/** The lock in a few words: its source where it is not the extension's own, its first alternative, how many more. */
export function showLock({ source, alternatives }: ExtensionSummary['lock']): string {
  const [first, ...more] = alternatives;
  if (first === undefined) return '-';
  const text = `${showAlternative(first)}${more.length === 0 ? '' : ` or ${more.length} more`}`;
  return source === 'fallback' ? `fallback: ${text}` : text;
}

/** The User-Agents that are registered; a wrong one first. */
function phonesOf({ contacts }: ExtensionSummary): string {
  const sorted = [...contacts].sort((a, b) => Number(a.matches ?? true) - Number(b.matches ?? true));
  const [first, ...more] = sorted;
  if (first === undefined) return '-';
  return `${first.userAgent ?? '(none)'}${more.length === 0 ? '' : ` +${more.length}`}`;
}

function rowOf(found: ExtensionSummary): Cell[] {
  const { extension, label, lock } = found;
  const mode = lock.source === 'none' ? '-' : lock.mode;
  return [extension, label ?? '', showLock(lock), mode, phonesOf(found), stateOf(found)];
}

function stateOf({ listed, lock, contacts, openViolations }: ExtensionSummary): Cell {
  if (openViolations > 0)
    return { text: openViolations === 1 ? 'violation' : `${openViolations} violations`, style: 'red' };
  if (contacts.some(({ matches }) => matches === false)) return { text: 'wrong device', style: 'red' };
  if (!listed) return { text: 'unlisted', style: 'dim' };
  if (lock.source === 'none') return { text: 'open', style: 'yellow' };
  return contacts.length === 0 ? { text: 'no phone', style: 'dim' } : { text: 'ok', style: 'green' };
}
