import { type ActWords, type FlagView, type ResourceView, staleActWarning } from '@holdfast/shared';
import { type FormEvent, type ReactElement, useEffect, useRef } from 'react';
import { useFleet, useFreshnessState } from '../app/dashboard-context.ts';
import type { Act } from './act.ts';
import { DurationField, ReasonFields, ValueField } from './act-fields.tsx';
import { describeBreakerAct, describeFlagAct } from './describe-act.ts';
import { type ActForm, useActForm } from './use-act-form.ts';

interface ActDialogProps {
  readonly act: Act;
  readonly onClose: () => void;
  /** Called with what was done, in words. */
  readonly onDone: (words: string) => void;
}

/** Asks before anything is done: what it will do, for how long, why, and who asks. */
export function ActDialog({ act, onClose, onDone }: ActDialogProps): ReactElement | undefined {
  const flag = useFleet('flags').find((one) => 'key' in act && one.key === act.key);
  const resource = useFleet('resources').find((one) => 'address' in act && one.address === act.address);
  const form = useActForm(act, flag, onDone);
  const words = wordsOf({ act, flag, resource, form });
  if (words === undefined) return undefined;
  const hasValue = act.kind === 'set_flag' && typeof act.value !== 'boolean';
  return <Confirmation {...{ words, form, hasValue, onClose }} />;
}

function wordsOf(of: {
  act: Act;
  flag: FlagView | undefined;
  resource: ResourceView | undefined;
  form: ActForm;
}): ActWords | undefined {
  const { act, flag, resource, form } = of;
  if (act.kind === 'set_breaker' || act.kind === 'release_breaker') {
    return resource && describeBreakerAct(act, resource);
  }
  return flag && describeFlagAct(act, flag, form.value?.ok === true ? form.value.value : undefined);
}

interface ConfirmationProps {
  readonly words: ActWords;
  readonly form: ActForm;
  readonly hasValue: boolean;
  readonly onClose: () => void;
}

function Confirmation({ words, form, hasValue, onClose }: ConfirmationProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const reason = useRef<HTMLInputElement>(null);
  const isStale = useFreshnessState() !== 'live';
  useEffect(() => {
    dialog.current?.showModal();
    reason.current?.focus();
  }, []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    void form.submit();
  }

  return (
    <dialog
      className="dialog"
      ref={dialog}
      aria-labelledby="act-title"
      aria-describedby="act-effect"
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <h2 id="act-title">{words.title}</h2>
        <p id="act-effect" className="effect" data-grave={words.isGrave}>
          {words.effect}
        </p>
        {isStale && <p className="field-problem">{staleActWarning}</p>}
        {hasValue && <ValueField form={form} />}
        {words.lasts && <DurationField form={form} />}
        <ReasonFields form={form} reasonRef={reason} />
        {form.problem !== undefined && (
          <p className="dialog-problem" role="alert">
            Not done: {form.problem}
          </p>
        )}
        <footer>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            className={words.isGrave ? 'button button-grave' : 'button button-main'}
            disabled={form.isBusy || !form.duration.ok || form.value?.ok === false}
          >
            {words.confirm}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
