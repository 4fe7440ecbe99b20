export type ReasonCode =
  | 'checkpoint_missing'
  | 'checkpoint_malformed'
  | 'signature_wrong'
  | 'key_changed'
  | 'origin_changed'
  | 'rolled_back'
  | 'history_rewritten'
  | 'entry_missing'
  | 'entry_out_of_order'
  | 'entry_changed'
  | 'data_changed'
  | 'root_mismatch'
  | 'entries_unsigned';

/** Why a log is not to be trusted. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  /** The entry that it is about, where one can be named. */
  readonly index?: number;
}

/** A log with everything wrong would give a reason for each entry. */
const maxReasons = 20;

/** The first reasons, in the order in which they were found. */
export class Reasons {
  readonly list: Reason[] = [];

  add(code: ReasonCode, message: string, index?: number): void {
    if (this.list.length >= maxReasons) return;
    this.list.push({ code, message, ...(index === undefined ? {} : { index }) });
  }

  /** Whether some entry is named already. */
  get nameAnEntry(): boolean {
    return this.list.some(({ index }) => index !== undefined);
  }
}
