import {
  type FlagValue,
  type FlagView,
  formatDuration,
  overrideLimits,
  parseDuration,
  type Result,
} from '@holdfast/shared';
import { useState } from 'react';
import { useDashboard } from '../app/dashboard-context.ts';
import { defaultName, loadName, saveName } from '../api/name.ts';
import type { Act } from './act.ts';
import { actDone } from './act-done.ts';
import { actRequest } from './act-request.ts';
import { draftOf, readDraft } from './flag-draft.ts';

/** What is typed in the confirmation. */
export interface Draft {
  readonly by: string;
  readonly reason: string;
  readonly duration: string;
  readonly value: string;
}

export interface ActForm {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
  readonly duration: Result<number>;
  /** What a flag would be set to. */
  readonly value: Result<FlagValue> | undefined;
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly submit: () => Promise<void>;
}

/** The state of a confirmation from its opening to the collector's answer. */
export function useActForm(act: Act, flag: FlagView | undefined, onDone: (words: string) => void): ActForm {
  const { api } = useDashboard();
  const [draft, setDraft] = useState<Draft>(() => ({
    by: loadName(),
    reason: '',
    duration: formatDuration(overrideLimits.defaultForMs),
    value: act.kind === 'set_flag' ? draftOf(act.value) : '',
  }));
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const duration = readDuration(draft.duration);
  const value = act.kind === 'set_flag' && flag !== undefined ? readDraft(flag.type, draft.value) : undefined;

  async function submit(): Promise<void> {
    if (!duration.ok || value?.ok === false || isBusy) return;
    setIsBusy(true);
    const by = draft.by.trim() === '' ? defaultName : draft.by.trim();
    saveName(by);
    const form = { by, reason: draft.reason, forMs: duration.value, value: value?.value };
    const answer = await api.act(actRequest(act, form));
    setIsBusy(false);
    if (answer.ok) onDone(actDone(answer.value.audit));
    else setProblem(answer.problem);
  }

  return {
    draft,
    change: (change) => setDraft((before) => ({ ...before, ...change })),
    duration,
    value,
    isBusy,
    problem,
    submit,
  };
}

/** How long an override holds, within what the collector allows. */
export function readDuration(input: string): Result<number> {
  const ms = parseDuration(input);
  if (ms === undefined) return { ok: false, problem: 'such as 30s, 15m, 2h or 1d' };
  if (ms < overrideLimits.minForMs) return { ok: false, problem: 'at least one second' };
  if (ms > overrideLimits.maxForMs) return { ok: false, problem: 'at most 30 days' };
  return { ok: true, value: ms };
}
