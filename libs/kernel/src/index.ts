export { assertNever } from './assert-never';
export { systemClock, type Clock } from './clock';
export { canonicalJson, digestOf, sha256Hex } from './digest';
export { errorKinds, failure, FailureException, failureOf, type ErrorKind, type Failure } from './failure';
export { isUuidv7, uuidv7, uuidv7Time, type Brand } from './ids';
export { silentLogger, type LogFields, type Logger } from './logger';
export { err, ok, type Err, type Ok, type Result } from './result';
export { sleep } from './sleep';
export { isStorable } from './storable-text';
