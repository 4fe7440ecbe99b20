/** A file that the change touches, as it was and as it is; null where it was not or is no more. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** One of the sides is larger than what is looked into: its text is empty, and says nothing. */
  readonly isTooLarge?: true;
}
