import type { Act, ActForm } from './act.ts';

export const panes = ['breakers', 'flags'] as const;
export type Pane = (typeof panes)[number];

/** What the person has chosen; all else on the screen comes from the collector. */
export interface UiState {
  readonly focus: Pane;
  /** Address and key of the chosen rows. Without one the first row is, whatever it is: the worst. */
  readonly breaker: string | undefined;
  readonly flag: string | undefined;
  readonly problemsOnly: boolean;
  readonly isHelpOpen: boolean;
  readonly dialog: Dialog | undefined;
  /** What came of the last act. */
  readonly notice: Notice | undefined;
}

/** A question about an act, with what the person has filled in so far. */
export type Dialog = ActForm & { readonly act: Act } & (
    | { readonly step: 'confirm' | 'working' }
    | { readonly step: 'failed'; readonly message: string }
  );

export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'warn';
}

export const initialUi: UiState = {
  focus: 'breakers',
  breaker: undefined,
  flag: undefined,
  problemsOnly: false,
  isHelpOpen: false,
  dialog: undefined,
  notice: undefined,
};
