/** What was decided, in one line for the audit trail. */
import { showAlternative } from '../domain/lock.ts';
import type { ExtensionPolicy, Settings } from '../domain/policy.ts';

export function showPolicy({ lock, mode, requireRegistration }: ExtensionPolicy): string {
  const parts = [
    lock === undefined ? 'no lock' : lock.alternatives.map(showAlternative).join(' or '),
    ...(mode === undefined ? [] : [mode]),
    ...(requireRegistration === undefined
      ? []
      : [`require-registration ${requireRegistration ? 'on' : 'off'}`]),
  ];
  return parts.join(', ');
}

export function showSettings({ mode, requireRegistration, fallback }: Settings): string {
  return `${mode}, require-registration ${requireRegistration ? 'on' : 'off'}, fallback ${fallback ?? 'off'}`;
}
