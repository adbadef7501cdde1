/** Tells the rows of a scrolling list when they come near its visible part, and when they leave it. */
export interface Nearness {
  /** Until the returned function is called. Rows must be the list's own children, top to bottom. */
  watch(row: Element, onChange: (isNear: boolean) => void): () => void;
  close(): void;
}

/** How far beyond the visible part still counts as near, in CSS pixels. */
const marginPx = 500;

/**
 * Looks at where rows are only when the list scrolls or changes. An `IntersectionObserver` looks at every
 * row in every frame, which costs 4 ms for a thousand of them.
 */
export function createNearness(list: HTMLElement): Nearness {
  const watchers = new Map<Element, (isNear: boolean) => void>();
  let near = new Set<Element>();
  let frame: number | undefined;

  function look(): void {
    frame = undefined;
    const top = list.scrollTop - marginPx;
    const bottom = list.scrollTop + list.clientHeight + marginPx;
    const seen = new Set<Element>();
    for (let index = firstBelow(list.children, top); index < list.children.length; index++) {
      const row = list.children[index];
      if (!(row instanceof HTMLElement) || row.offsetTop > bottom) break;
      seen.add(row);
    }
    const before = near;
    near = seen;
    for (const row of before) if (!seen.has(row)) watchers.get(row)?.(false);
    for (const row of seen) if (!before.has(row)) watchers.get(row)?.(true);
  }

  function refresh(): void {
    frame ??= requestAnimationFrame(look);
  }

  const sizes = new ResizeObserver(refresh);
  sizes.observe(list);
  const rows = new MutationObserver(refresh);
  rows.observe(list, { childList: true });
  list.addEventListener('scroll', refresh, { passive: true });
  return {
    watch(row, onChange) {
      watchers.set(row, onChange);
      if (near.has(row)) onChange(true);
      refresh();
      return () => {
        watchers.delete(row);
        near.delete(row);
      };
    },
    close() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      sizes.disconnect();
      rows.disconnect();
      list.removeEventListener('scroll', refresh);
    },
  };
}

/** The first row that ends below `top`. Rows stand in order: each look rules out half of the rest. */
function firstBelow(rows: HTMLCollection, top: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row instanceof HTMLElement && row.offsetTop + row.offsetHeight < top) low = middle + 1;
    else high = middle;
  }
  return low;
}
