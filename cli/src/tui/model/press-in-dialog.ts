import { overrideLimits } from '@holdfast/shared';
import type { Key } from './press.ts';
import type { Dialog } from './ui-state.ts';

/**
 * What a key does to a question: enter confirms it, escape withdraws it, left and right choose how long, and
 * whatever can be printed is the reason.
 */
export function pressInDialog(
  dialog: Dialog,
  key: Key,
): { readonly dialog: Dialog | undefined; readonly isConfirmed: boolean } {
  const isConfirmed = dialog.step === 'confirm' && key === 'enter';
  return { dialog: isConfirmed ? { ...dialog, step: 'working' } : dialogAfter(dialog, key), isConfirmed };
}

function dialogAfter(dialog: Dialog, key: Key): Dialog | undefined {
  if (dialog.step === 'working') return dialog;
  if (dialog.step === 'failed' || key === 'escape') return undefined;
  switch (key) {
    case 'left':
      return { ...dialog, forMs: neighbour(dialog.forMs, -1) };
    case 'right':
      return { ...dialog, forMs: neighbour(dialog.forMs, 1) };
    default:
      return { ...dialog, reason: reasonAfter(dialog.reason, key) };
  }
}

/** The choice beside the present one; the present one at the ends. */
function neighbour(forMs: number, step: number): number {
  const choices: readonly number[] = overrideLimits.choicesMs;
  return choices[choices.indexOf(forMs) + step] ?? forMs;
}

function reasonAfter(reason: string, key: Key): string {
  if (key === 'ctrl-u') return '';
  if (key === 'backspace') return Array.from(reason).slice(0, -1).join('');
  const typed = key === 'space' ? ' ' : key;
  const isText = Array.from(typed).length === 1 && !/[\p{Cc}\p{Bidi_Control}]/u.test(typed);
  return isText && reason.length + typed.length <= overrideLimits.reasonLength ? reason + typed : reason;
}
