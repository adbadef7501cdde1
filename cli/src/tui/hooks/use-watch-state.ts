import { useSyncExternalStore } from 'react';
import type { WatchModel, WatchState } from '../model/watch-model.ts';

/** The state as last shown; draws again when the model says so. */
export function useWatchState(model: WatchModel): WatchState {
  return useSyncExternalStore(model.subscribe, model.state, model.state);
}
