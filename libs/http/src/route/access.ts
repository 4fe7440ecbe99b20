import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Access } from '@ymera/contracts';

const accessKey = 'ymera:access';

/** Access to a handler that has no route contract, e.g. health. A guard that denies by default reads it. */
export const AllowAccess = (...access: readonly Access[]): CustomDecorator => SetMetadata(accessKey, access);

/** Undefined when nothing was declared: then no caller is allowed. */
export const accessOf = (handler: object): readonly Access[] | undefined =>
  Reflect.getMetadata(accessKey, handler) as readonly Access[] | undefined;
