/** A time in which no branch moves. */
export interface LandingPause {
  /** 1, 2, 3... */
  readonly number: number;
  readonly pausedBy: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly pausedAt: number;
  /** Undefined while it lasts. */
  readonly end:
    { readonly resumedBy: string; readonly reason: string; readonly resumedAt: number } | undefined;
}

type OpenPause = LandingPause & { readonly end: undefined };

export const isOpen = (pause: LandingPause | undefined): pause is OpenPause =>
  pause !== undefined && pause.end === undefined;
