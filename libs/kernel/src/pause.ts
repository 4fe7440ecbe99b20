/** A pause of some work of a service, ordered by a person. Times in milliseconds since 1970. */
export interface Pause {
  /** 1, 2, 3... */
  readonly number: number;
  readonly pausedBy: string;
  readonly reason: string;
  readonly pausedAt: number;
  /** Undefined while it lasts. */
  readonly end:
    { readonly resumedBy: string; readonly reason: string; readonly resumedAt: number } | undefined;
}

type OpenPause = Pause & { readonly end: undefined };

interface Decision {
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

export const isOpen = (pause: Pause | undefined): pause is OpenPause =>
  pause !== undefined && pause.end === undefined;

/** The pause after `last`, which is over. */
export const pauseAfter = (last: Pause | undefined, { by, reason, at }: Decision): OpenPause => ({
  number: (last?.number ?? 0) + 1,
  pausedBy: by,
  reason,
  pausedAt: at,
  end: undefined,
});

export const resumed = (pause: OpenPause, { by, reason, at }: Decision): Pause => ({
  ...pause,
  end: { resumedBy: by, reason, resumedAt: at },
});

/** Of its event: each pause has two events, one at its beginning and one at its end. */
export const pauseVersion = ({ number, end }: Pause): number => number * 2 - (end ? 0 : 1);
