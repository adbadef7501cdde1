import type { Act } from './act.ts';

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

export type Dialog =
  | { readonly step: 'confirm' | 'working'; readonly act: Act; readonly hold: number }
  | { readonly step: 'failed'; readonly act: Act; readonly hold: number; readonly message: string };

export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'warn';
}

/** For how long an override can hold, as the dialog offers it. */
export const holds = [
  { label: '5 m', forMs: 300_000 },
  { label: '15 m', forMs: 900_000 },
  { label: '1 h', forMs: 3_600_000 },
  { label: '4 h', forMs: 14_400_000 },
  { label: '24 h', forMs: 86_400_000 },
] as const;
export const defaultHold = 2;

export const initialUi: UiState = {
  focus: 'breakers',
  breaker: undefined,
  flag: undefined,
  problemsOnly: false,
  isHelpOpen: false,
  dialog: undefined,
  notice: undefined,
};
