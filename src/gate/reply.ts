/**
 * Finds what Asterisk said to the answer: the last line before it closed, or before the HANGUP it sends after every
 * session. Pure. Only the very end is looked at, since a caller can put a line like it into the header above.
 */

/** As much of the end as a reply needs: `200 result=1`, and HANGUP once or twice. */
export const TAIL_BYTES = 64;

const ACCEPTED = /(?:^|\n)(200 result=1\n)(?:HANGUP\n)*$/;

/**
 * @param tail the last {@link TAIL_BYTES} before the end
 * @returns the whole line with its end; undefined where Asterisk refused (510, 511, 520) or said nothing
 */
export function findReply(tail: string): string | undefined {
  return ACCEPTED.exec(tail)?.[1];
}
