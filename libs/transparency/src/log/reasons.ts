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

/** The codes of reasons not to trust a log. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  /** The entry concerned, where one can be named. */
  readonly index?: number;
}

/** Limit; a log that is wrong throughout would give a reason for each entry. */
const maxReasons = 20;

/** The first reasons, in the order in which they were found. */
export class Reasons {
  readonly list: Reason[] = [];

  add(code: ReasonCode, message: string, index?: number): void {
    if (this.list.length >= maxReasons) return;
    this.list.push({ code, message, ...(index === undefined ? {} : { index }) });
  }

  /** Whether an entry is named already. */
  get nameAnEntry(): boolean {
    return this.list.some(({ index }) => index !== undefined);
  }
}
