/**
 * Reads SQLite's write-ahead log and tells a torn end, which every crash may leave, from damage. SQLite itself stops
 * at the first bad frame and says nothing, also where transactions that were reported saved lie behind it. Pure: bytes
 * in, answer out.
 * The format: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

/**
 * True where the log has lost what was once committed: its header is garbage, or behind a bad frame an unbroken run of
 * frames goes on past a commit. (The writer goes on past a commit only once it is on disk; a single commit behind a bad
 * frame is what a power cut leaves of the transaction that was being written.)
 */
export function isWalDamaged(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte === 0)) return false;
  const log = readHeader(bytes);
  if (log === undefined) return true;
  let chain = log.sum;
  let frame = 0;
  for (; frame < log.frames; frame++) {
    const next = readFrame(log, frame, chain);
    if (!next.intact) break;
    chain = next.stored;
  }
  return goesOnPastCommit(log, frame);
}

interface Log {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly pageSize: number;
  readonly frames: number;
  readonly sum: Sum;
}

/** SQLite's running checksum: two 32-bit words. */
type Sum = readonly [number, number];

interface Frame {
  /** Of this log (older frames have other salts), with the checksum that follows from the frame before. */
  readonly intact: boolean;
  readonly commit: boolean;
  readonly stored: Sum;
}

function readHeader(bytes: Uint8Array): Log | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  // The lowest bit says which byte order the checksums read their words in.
  if (magic >>> 1 !== MAGIC >>> 1) return undefined;
  const littleEndian = (magic & 1) === 0;
  const pageSize = view.getUint32(8);
  const isPowerOfTwo = (pageSize & (pageSize - 1)) === 0;
  if (!isPowerOfTwo || pageSize < 512 || pageSize > 65536) return undefined;
  const sum = addUp(view, 0, 24, [0, 0], littleEndian);
  if (sum[0] !== view.getUint32(24) || sum[1] !== view.getUint32(28)) return undefined;
  const frames = Math.floor((bytes.length - HEADER) / (FRAME_HEADER + pageSize));
  return { view, littleEndian, pageSize, frames, sum };
}

function readFrame({ view, littleEndian, pageSize }: Log, index: number, before: Sum): Frame {
  const at = HEADER + index * (FRAME_HEADER + pageSize);
  const ours =
    view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20);
  const stored: Sum = [view.getUint32(at + 16), view.getUint32(at + 20)];
  const commit = view.getUint32(at + 4) !== 0;
  if (!ours) return { intact: false, commit, stored };
  const sum = addUp(view, at, 8, before, littleEndian);
  const [a, b] = addUp(view, at + FRAME_HEADER, pageSize, sum, littleEndian);
  return { intact: a === stored[0] && b === stored[1], commit, stored };
}

/** Looks behind the bad frame, each frame measured against what the one before it says of itself. */
function goesOnPastCommit(log: Log, bad: number): boolean {
  if (bad >= log.frames) return false;
  let chain = readFrame(log, bad, [0, 0]).stored;
  let passedCommit = false;
  for (let index = bad + 1; index < log.frames; index++) {
    const frame = readFrame(log, index, chain);
    chain = frame.stored;
    if (frame.intact && passedCommit && frame.commit) return true;
    passedCommit = frame.intact && (passedCommit || frame.commit);
  }
  return false;
}

function addUp(view: DataView, from: number, length: number, before: Sum, littleEndian: boolean): Sum {
  let [a, b] = before;
  for (let at = from; at < from + length; at += 8) {
    a = (a + view.getUint32(at, littleEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
}
