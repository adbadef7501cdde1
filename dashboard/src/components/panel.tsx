import { type ReactElement, type ReactNode, useId } from 'react';

interface PanelProps {
  readonly name: string;
  readonly title: string;
  /** A short figure beside the title. */
  readonly note?: string;
  /** Controls at the right end of the head. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of the page. */
export function Panel({ name, title, note, tools, children }: PanelProps): ReactElement {
  const headingId = useId();
  return (
    <section className="panel" data-panel={name} aria-labelledby={headingId}>
      <header className="panel-head">
        <h2 id={headingId}>{title}</h2>
        {note !== undefined && <span className="panel-note">{note}</span>}
        {tools !== undefined && <div className="panel-tools">{tools}</div>}
      </header>
      {children}
    </section>
  );
}
