import { formatDuration, formatTime, overrideLimits, reasonHint } from '@holdfast/shared';
import { type ReactElement, type ReactNode, type Ref, useId } from 'react';
import { useDashboard, useTimedText } from '../app/dashboard-context.ts';
import { Segments } from '../components/segments.tsx';
import type { ActForm } from './use-act-form.ts';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: (id: string) => ReactNode;
}

function Field({ label, hint, problem, children }: FieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {problem !== undefined && <p className="field-problem">{problem}</p>}
      {problem === undefined && hint !== undefined && <p className="field-hint">{hint}</p>}
    </div>
  );
}

/** How long it shall hold. */
export function DurationField({ form }: { readonly form: ActForm }): ReactElement {
  const { draft, duration, change } = form;
  const until = useTimedText((now) => (duration.ok ? formatTime(now + duration.value, now) : ''));
  const hint = duration.ok ? `Ends by itself at ${until}` : undefined;
  return (
    <Field label="For how long" hint={hint} problem={duration.ok ? undefined : duration.problem}>
      {(id) => (
        <div className="field-row">
          <Segments
            label="Usual durations"
            options={overrideLimits.choicesMs}
            chosen={overrideLimits.choicesMs.find((choice) => duration.ok && choice === duration.value)}
            nameOf={formatDuration}
            onChoose={(choice) => change({ duration: formatDuration(choice) })}
          />
          <input
            id={id}
            className="input input-short"
            value={draft.duration}
            aria-invalid={!duration.ok}
            onChange={(event) => change({ duration: event.target.value })}
          />
        </div>
      )}
    </Field>
  );
}

/** Why, and by whom: both go to the audit list. */
export function ReasonFields({
  form,
  reasonRef,
}: {
  form: ActForm;
  reasonRef: Ref<HTMLInputElement>;
}): ReactElement {
  const { draft, change } = form;
  const { name } = useDashboard().session;
  return (
    <>
      <Field label="Reason">
        {(id) => (
          <input
            id={id}
            ref={reasonRef}
            className="input"
            value={draft.reason}
            maxLength={overrideLimits.reasonLength}
            placeholder={reasonHint}
            onChange={(event) => change({ reason: event.target.value })}
          />
        )}
      </Field>
      {name === undefined ? (
        <Field label="Your name" hint="Kept in this browser; stands in the audit list.">
          {(id) => (
            <input
              id={id}
              className="input"
              value={draft.by}
              maxLength={100}
              autoComplete="username"
              onChange={(event) => change({ by: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <p className="field-hint">Stands in the audit list as done by {name}.</p>
      )}
    </>
  );
}

/** The value of a flag that is no switch. */
export function ValueField({ form }: { readonly form: ActForm }): ReactElement {
  const { draft, value, change } = form;
  return (
    <Field label="Value" problem={value?.ok === false ? value.problem : undefined}>
      {(id) => (
        <input
          id={id}
          className="input"
          value={draft.value}
          aria-invalid={value?.ok === false}
          onChange={(event) => change({ value: event.target.value })}
        />
      )}
    </Field>
  );
}
