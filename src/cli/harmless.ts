/** What every verb prints goes through these; the rule itself is the domain's, since alerts follow it too. */
export { harmless, harmlessJson } from '../domain/harmless.ts';
