export { openFoundation, type Foundation, type FoundationOptions } from './open-foundation';
