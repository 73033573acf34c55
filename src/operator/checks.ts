/** Checks what an operator wrote, before anything is changed. */
import { Fault } from '../domain/fault.ts';
import { type Alternative, MAX_LOCK_TEXT } from '../domain/lock.ts';
import { userAgentFromText } from '../domain/user-agent.ts';
import { faultOfNetwork } from '../network/network.ts';
import { compilePattern } from '../pattern/pattern.ts';

/** An endpoint's name as AstDB keys and the dialplan can carry it. */
const EXTENSION = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,79}$/;

export function checkExtensionName(extension: string): void {
  if (EXTENSION.test(extension)) return;
  throw new Fault(
    'malformed',
    `${JSON.stringify(extension.slice(0, 80))} is not the name of an extension.`,
    'Letters, digits, _ . + and -, at most 80.',
  );
}

export function checkAlternative(alternative: Alternative, requireModel: (id: string) => unknown): void {
  switch (alternative.kind) {
    case 'model':
      requireModel(alternative.model);
      return;
    case 'device':
      checkUserAgent(alternative.userAgent);
      return;
    case 'custom':
      if (alternative.match === 'pattern') checkPattern(alternative.value);
      else checkUserAgent(alternative.value);
  }
}

/** Refuses a network that cannot be one, naming it. */
export function checkNetworks(networks: readonly string[]): void {
  for (const network of networks) {
    const fault = faultOfNetwork(network);
    if (fault === undefined) continue;
    throw new Fault(
      'malformed',
      `${JSON.stringify(network.slice(0, 80))} is not a network: ${fault}.`,
      'Write 192.0.2.0/24, 2001:db8::/32, an address, private, public, or a host name.',
    );
  }
}

/** Refuses a pattern that cannot be used, naming the construct. */
export function checkPattern(pattern: string): void {
  const test = compilePattern(pattern);
  if (typeof test === 'function') return;
  throw new Fault('invalid-pattern', `The pattern cannot be used: ${test.fault}`, test.hint);
}

function checkUserAgent(text: string): void {
  const userAgent = userAgentFromText(text);
  if (userAgent.kind === 'text' && text.length <= MAX_LOCK_TEXT) return;
  const why =
    userAgent.kind === 'malformed' ? userAgent.why : userAgent.kind === 'absent' ? 'empty' : 'too long';
  throw new Fault(
    'malformed',
    `This is not a User-Agent a phone could match: ${why}.`,
    `1 to ${MAX_LOCK_TEXT} characters of text without control characters.`,
  );
}
