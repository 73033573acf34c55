/** Which rows of a long table are drawn: those in sight and some around them. Pure. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Pixels of the rows before and after, which are not drawn. */
  readonly above: number;
  readonly below: number;
}

const AROUND = 12;

export function windowOf(count: number, rowHeight: number, scrollTop: number, height: number): Window {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight);
  const from = Math.max(0, Math.min(first, count) - AROUND);
  const to = Math.min(count, first + Math.ceil(height / rowHeight) + AROUND);
  return {
    from,
    to: Math.max(from, to),
    above: from * rowHeight,
    below: Math.max(0, count - Math.max(from, to)) * rowHeight,
  };
}
