export {
  AcceptedRecord,
  type Accepted,
  type AcceptedCancel,
  type AcceptedDecision,
  type AcceptedRequest,
  type AcceptedResult,
  type ConfirmedIssue,
} from './accepted';
export { checkHistory, describeVerdict, type HistoryVerdict } from './check-history';
export type { Effects } from './effects';
export { readEffects, type Places } from './read-effects';
export { settledHistory } from './settled-history';
