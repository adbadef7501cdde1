import { nearestFew, type ServiceView } from '@holdfast/shared';
import { exitCodes } from '../exit-codes.ts';
import { didYouMean, Failure } from '../failure.ts';

/** That there is no service of this name, with those that may have been meant. */
export function noSuchService(name: string, services: readonly ServiceView[]): Failure {
  const names = services.map((one) => one.service);
  const hint = didYouMean(nearestFew(name, names)) || `; there are ${names.join(', ') || 'none yet'}`;
  return new Failure(exitCodes.notFound, `no service is called ${name}${hint}`);
}
