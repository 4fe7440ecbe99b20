import type { PauseStore } from '@ymera/unit-of-work';
import { isOpen, type Pause } from '@ymera/kernel';

export const inMemoryPauses = (pauses: Pause[]): PauseStore => ({
  whileWorking: async () => pauses.find(isOpen),
  lock: async () => pauses.at(-1),
  last: async () => pauses.at(-1),
  since: async (time) => pauses.filter(({ end }) => end === undefined || end.resumedAt > time),
  insert: async (pause) => void pauses.push(pause),
  end: async (pause) => void pauses.splice(-1, 1, pause),
});
