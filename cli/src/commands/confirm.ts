import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/**
 * Tells the effect and asks a person to go on. Where no person sits (a script, a pipeline) it goes on by
 * itself: what is asked for on a command line is meant. Returns whether a person was asked.
 */
export async function confirm(context: Context, effect: string): Promise<boolean> {
  const { host } = context;
  if (!host.hasKeyboard || !host.err.isTerminal) return false;
  context.say(effect);
  const answer = await host.ask('Go on? [y/N] ');
  if (/^\s*y(es)?\s*$/i.test(answer)) return true;
  throw new Failure(exitCodes.refused, 'nothing was changed');
}
