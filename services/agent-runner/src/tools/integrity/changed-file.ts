/** A file that the change touches, before and after; null where it did not exist or was deleted. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** One of the sides exceeds the size limit of the analysis: its text is empty and proves nothing. */
  readonly isTooLarge?: true;
}
