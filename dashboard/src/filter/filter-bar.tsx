import { parseFilter } from '@holdfast/shared';
import {
  type FormEvent,
  type KeyboardEvent,
  type ReactElement,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useAsked, useDashboard, useFilter, useFleetView, useRefusal } from '../app/dashboard-context.ts';
import { useKeys } from '../app/use-keys.ts';
import { pastGoneOn } from '../question/past-gone-on.ts';
import { FilterProblem } from './filter-problem.tsx';
import { shownWords } from './shown-words.ts';

/** The filter of the whole page: what it is, and how it is changed and taken away. */
export function FilterBar(): ReactElement {
  const { question, store } = useDashboard();
  const { q } = useAsked();
  const isOn = useFilter() !== undefined;
  const [of, setOf] = useState(q);
  const [draft, setDraft] = useState(q);
  const [hasTried, setHasTried] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const keys = useMemo(() => ({ '/': () => input.current?.focus() }), []);
  useKeys(keys);
  if (of !== q) {
    setOf(q);
    reset();
  }
  const problem = useProblem(q, hasTried ? draft.trim() : q);

  function reset(): void {
    setDraft(q);
    setHasTried(false);
  }

  function ask(next: string): void {
    question.ask({ q: next, ...pastGoneOn(store.view(), question.asked()) });
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const parsed = parseFilter(draft.trim(), 'live feed');
    setDraft(draft.trim());
    setHasTried(true);
    if (parsed.ok) return ask(draft.trim());
    input.current?.setSelectionRange(parsed.at, draft.length);
  }

  function clear(): void {
    ask('');
    input.current?.focus();
  }

  function press(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    reset();
    input.current?.blur();
  }

  return (
    <form className="filter-bar" role="search" data-on={isOn} onSubmit={submit}>
      <label htmlFor={`${problemId}-input`}>Filter</label>
      <input
        id={`${problemId}-input`}
        ref={input}
        className="input"
        value={draft}
        placeholder="such as state:open svc:checkout dep:pay* err>20"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : problemId}
        aria-keyshortcuts="/"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={press}
      />
      <button type="submit" className="button" disabled={draft.trim() === q}>
        Apply
      </button>
      {q !== '' && (
        <button type="button" className="button" onClick={clear}>
          Clear
        </button>
      )}
      {problem !== undefined && <FilterProblem id={problemId} {...problem} />}
      {isOn && problem === undefined && <Shown />}
    </form>
  );
}

interface Problem {
  readonly text: string;
  readonly at?: number;
  readonly problem: string;
  readonly instead: string;
}

/** What is wrong with the filter of the address, or with that which was tried in its place. */
function useProblem(q: string, tried: string): Problem | undefined {
  const refusal = useRefusal();
  const parsed = useMemo(() => parseFilter(tried, 'live feed'), [tried]);
  const isPresent = tried === q;
  if (!parsed.ok) {
    const instead =
      isPresent || q === '' ? everything : 'What the filter before lets through is still shown.';
    return { text: tried, at: parsed.at, problem: parsed.problem, instead };
  }
  if (!isPresent || refusal?.field !== 'q') return undefined;
  return { text: tried, problem: refusal.detail, instead: everything };
}

const everything = 'Everything is shown.';

function Shown(): ReactElement {
  return <output className="filter-shown">{shownWords(useFleetView())}</output>;
}
