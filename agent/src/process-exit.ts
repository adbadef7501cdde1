/**
 * What runs at the end of the process; one listener serves all agents, or ten of them would draw a warning.
 */
const watchers = new Set<(isClean: boolean) => void>();

/**
 * Calls `run` when the process ends, `isClean` where it ends with exit code 0. It must return at once:
 * nothing that waits is waited for. The answer ends the watch.
 */
export function atProcessExit(run: (isClean: boolean) => void): () => void {
  if (watchers.size === 0) process.on('exit', tellAll);
  watchers.add(run);
  return () => {
    watchers.delete(run);
    if (watchers.size === 0) process.off('exit', tellAll);
  };
}

function tellAll(code: number): void {
  for (const run of watchers) run(code === 0);
}
