/** For which of many extensions a change was made, and why not for the others. */
import { Fault, type FaultCode } from '../domain/fault.ts';

export interface BulkFailure {
  readonly extension: string;
  readonly code: FaultCode;
  readonly message: string;
}

export interface BulkReport {
  readonly done: string[];
  readonly failed: BulkFailure[];
}

/** Whether the work could be done for this one; a {@link Fault} is reported, anything else is thrown on. */
export function reported(report: Pick<BulkReport, 'failed'>, extension: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    note(report, extension, error);
    return false;
  }
}

export function note({ failed }: Pick<BulkReport, 'failed'>, extension: string, error: unknown): void {
  if (!(error instanceof Fault)) throw error;
  failed.push({ extension, code: error.code, message: error.message });
}
