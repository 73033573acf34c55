/** An option's value that is a whole number in a range; it stays text, as a query takes it. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(least: number, most: number) {
  return (text: string): string => {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return String(value);
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
