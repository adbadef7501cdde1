import { formatDuration, formatMoment, formatTime } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useTimedText } from '../app/dashboard-context.ts';

/** How long something has lasted, counting. */
export function Since({ at }: { readonly at: number }): ReactElement {
  const text = useTimedText((now) => formatDuration(now - at));
  return (
    <time dateTime={new Date(at).toISOString()} title={`since ${formatMoment(at)}`}>
      {text}
    </time>
  );
}

/** How long something still lasts, counting down. */
export function Left({ until }: { readonly until: number }): ReactElement {
  const text = useTimedText((now) => formatDuration(until - now));
  return (
    <time dateTime={new Date(until).toISOString()} title={`until ${formatMoment(until)}`}>
      {text}
    </time>
  );
}

/** A moment, as a time of day where it is of today. */
export function Moment({ at }: { readonly at: number }): ReactElement {
  const text = useTimedText((now) => formatTime(at, now));
  return <time dateTime={new Date(at).toISOString()}>{text}</time>;
}
