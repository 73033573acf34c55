/** What a mail address looks like here: one mailbox, bare, with nothing in it that a header, a list or a log could be broken with. Pure. */

const MAX_ADDRESS = 254;
/** Words of plain characters with single dots between them; no quoted ones. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const MAX_LOCAL = 64;
/** Letters of any script: the mail library writes those of a domain as the DNS has them. `_` is in some machines' names. */
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}])?$/u;

/** `user@example.com`; also `root@pbx1`. */
export function isMailAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS) return false;
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || at > MAX_LOCAL || !LOCAL.test(local)) return false;
  return text
    .slice(at + 1)
    .split('.')
    .every((label) => LABEL.test(label));
}
