/** Reads the call detail records Asterisk wrote (Master.csv). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CdrRow {
  readonly src: string;
  readonly dst: string;
  readonly dcontext: string;
  readonly channel: string;
  readonly dstchannel: string;
  readonly lastapp: string;
  readonly lastdata: string;
  readonly start: string;
  readonly answer: string;
  /** Seconds. */
  readonly duration: number;
  readonly billsec: number;
  readonly disposition: string;
  readonly uniqueid: string;
  readonly userfield: string;
}

/** Every row so far, oldest first; none where no call was logged yet. */
export async function readCdr(home: string): Promise<CdrRow[]> {
  let text: string;
  try {
    text = await readFile(join(home, 'log/cdr-csv/Master.csv'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  // A row that is being written has no line end yet.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map(parseRow);
}

const FIELD = /"((?:[^"]|"")*)"|([^,"]+)|(?<=^|,)(?=,|$)/g;

function parseRow(line: string): CdrRow {
  const field = [...line.matchAll(FIELD)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replaceAll('""', '"'),
  );
  const at = (index: number) => field[index] ?? '';
  return {
    src: at(1),
    dst: at(2),
    dcontext: at(3),
    channel: at(5),
    dstchannel: at(6),
    lastapp: at(7),
    lastdata: at(8),
    start: at(9),
    answer: at(10),
    duration: Number(at(12)),
    billsec: Number(at(13)),
    disposition: at(14),
    uniqueid: at(16),
    userfield: at(17),
  };
}
