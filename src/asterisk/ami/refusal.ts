/** What Asterisk meant by "Error": it has one word for a failure and for an empty answer, and a sentence to tell them apart. */
import { AsteriskError } from '../port.ts';

/** @param sentence matched against Asterisk's own words */
export function isRefusal(error: unknown, sentence: RegExp): boolean {
  return error instanceof AsteriskError && error.fault === 'refused' && sentence.test(error.message);
}

/** For a list that Asterisk refuses where it is empty. */
export function emptyAt(sentence: RegExp): (error: unknown) => [] {
  return (error) => {
    if (isRefusal(error, sentence)) return [];
    throw error;
  };
}
