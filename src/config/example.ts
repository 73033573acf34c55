/** The configuration file with every key, its default and what it is for: made from the keys themselves. */
import { KEYS, type Key } from './keys.ts';

export function exampleConfig(): string {
  const sections = Object.entries(KEYS).map(([section, keys]) => {
    const lines = Object.entries<Key>(keys).map(
      ([name, key]) => `${about(key)}\n# ${name} = ${showDefault(key)}\n`,
    );
    return `[${section}]\n${lines.join('')}`;
  });
  return `# Device Lock. Every key has a default, shown here; an unknown key is an error.\n\n${sections.join('\n')}`;
}

function about(key: Key): string {
  const choices = key.type === 'text' && key.choices !== undefined ? ` (${key.choices.join(' | ')})` : '';
  const range = key.type === 'number' ? ` (${key.min} to ${key.max})` : '';
  return `# ${key.about}${choices}${range}`;
}

function showDefault(key: Key): string {
  return JSON.stringify(key.default);
}
