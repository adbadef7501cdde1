import { useSyncExternalStore } from 'react';

/** Follows the system's colour scheme, for what is drawn on a canvas and cannot follow by itself. */
export function useColourScheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => (query.matches ? 'light' : 'dark'));
}

const query: MediaQueryList = window.matchMedia('(prefers-color-scheme: light)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}
