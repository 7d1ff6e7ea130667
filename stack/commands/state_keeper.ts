import { descendantsOf } from "../descendants.ts";
import { isDiskFull } from "../disk_full.ts";
import { clearState, type StoredState, writeState } from "../state.ts";

export interface StateKeeper {
  /** Writes the changes, for other terminals. */
  update(change: Partial<StoredState>): Promise<void>;
  /** Records that a part is down, and why. */
  addTrouble(message: string): Promise<void>;
  /** Removes the state: the stack has ended. */
  clear(): Promise<void>;
}

const LOOK_EVERY_MS = 2000;

/**
 * Keeps state.json true from the start on: while parts come up, and when one is started again, other processes run than
 * before, and `stop` must find all of them should this one be killed.
 */
export async function keepState(workFolder: string, first: Omit<StoredState, "children">): Promise<StateKeeper> {
  let state: StoredState = { ...first, children: [] };
  let writing = Promise.resolve();
  const timer = setInterval(() => void look().catch(ignoreFullDisk), LOOK_EVERY_MS);

  function write(): Promise<void> {
    writing = writing.catch(() => {}).then(() => writeState(workFolder, state));
    return writing;
  }
  async function look(): Promise<void> {
    const children = await descendantsOf(Deno.pid);
    if (JSON.stringify(children) === JSON.stringify(state.children)) return;
    state = { ...state, children };
    await write();
  }
  await write();
  return {
    async update(change) {
      state = { ...state, ...change, children: await descendantsOf(Deno.pid) };
      await write();
    },
    async addTrouble(message) {
      state = { ...state, troubles: [...state.troubles, message] };
      await write();
    },
    async clear() {
      clearInterval(timer);
      await writing.catch(() => {});
      await clearState(workFolder);
    },
  };
}

/** The next look writes it. */
function ignoreFullDisk(error: unknown): void {
  if (!isDiskFull(error)) throw error;
}
