import { noticesOf } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useAsked, useDashboard, useFleetView, useRefusal } from '../app/dashboard-context.ts';
import { questionOf } from '../question/question-of.ts';

/** What must be read before all else: that the collector stores nothing, that this is the past. */
export function NoticeBars(): ReactElement {
  const { clock } = useDashboard();
  const view = useFleetView();
  const problem = usePastProblem();
  return (
    <>
      {noticesOf(view, clock.now()).map(({ kind, text }) => (
        <div key={kind} className="notice-bar" data-kind={kind} role={kind === 'problem' ? 'alert' : 'note'}>
          <p>{text}</p>
          {kind === 'past' && <ToNow words="Back to now" />}
        </div>
      ))}
      {problem !== undefined && (
        <div className="notice-bar" data-kind="past" role="alert">
          <p>This is now, as that past cannot be shown: {problem}</p>
          <ToNow words="Close" />
        </div>
      )}
    </>
  );
}

/** Takes the past out of the page's address. */
function ToNow({ words }: { readonly words: string }): ReactElement {
  const { question } = useDashboard();
  return (
    <button type="button" className="button" onClick={() => question.ask({ at: '', speed: '' })}>
      {words}
    </button>
  );
}

/** What is wrong with the past of the address, by the page or by the collector. */
function usePastProblem(): string | undefined {
  const refusal = useRefusal();
  const { pastProblem } = questionOf(useAsked());
  return pastProblem ?? (refusal?.field === 'q' ? undefined : refusal?.detail);
}
