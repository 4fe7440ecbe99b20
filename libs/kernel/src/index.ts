export { assertNever } from './assert-never';
export { backoffMs, type BackoffPolicy, type Jitter } from './backoff';
export { withoutByteOrderMark } from './byte-order-mark';
export { systemClock, type Clock } from './clock';
export { canonicalJson, digestOf, sha256Hex } from './digest';
export {
  errorKinds,
  failure,
  FailureException,
  failureOf,
  versionConflict,
  type ErrorKind,
  type Failure,
} from './failure';
export { FreshnessProbe, type FreshnessProbeOptions } from './freshness-probe';
export { idempotencyKeyReused, repeatOf } from './idempotency';
export { isUuidv7, uuidv7, uuidv7Time, type Brand } from './ids';
export { isJsonDeeperThan } from './json-depth';
export { silentLogger, type LogFields, type Logger } from './logger';
export { mapConcurrently } from './map-concurrently';
export { messageIdRetentionMs, messageIdTime } from './message-id';
export { KeyedMutex, Mutex } from './mutex';
export { isOpen, pauseAfter, pauseVersion, resumed, type Pause } from './pause';
export { err, ok, type Err, type Ok, type Result } from './result';
export { sleep } from './sleep';
export { isStorable, storable, unstorableTexts, type UnstorableText } from './storable-text';
export { truncateEnd, truncateMiddle } from './truncate';
export { settlesWithin, withTimeout } from './with-timeout';
