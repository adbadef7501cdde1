import { errorClasses, type ErrorView, nearestFew, placeFingerprint, show } from '@holdfast/shared';
import { Type } from 'typebox';
import { done, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import { atQuery, momentIn } from './moments.ts';
import type { Views } from './views.ts';

/** One group of errors. The same fingerprint can be of several classes, as when a rule was added. */
export function errorRoute(views: Views): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: '/api/v1/errors/{fingerprint}',
    summary: 'One group of errors, by its fingerprint, else by its resource; of several what was seen last',
    params: { fingerprint: Type.String({ maxLength: 512 }) },
    query: { ...atQuery, class: Type.Optional(Type.Enum([...errorClasses])) },
    answer: Type.Ref('ErrorAnswer'),
    handle: async ({ params: { fingerprint }, query: { at, class: errorClass } }) => {
      const view = await views.at(at);
      if (!view.ok) return view;
      const { errors } = view.value;
      const [found] = errors
        .filter((one) => isMeant(one, fingerprint) && (errorClass ?? one.class) === one.class)
        .sort((a, b) => b.lastAt - a.lastAt);
      if (found !== undefined) return done({ ...found, ...momentIn(at, view.value) });
      const nearest = nearestFew(fingerprint, new Set(errors.map((one) => one.fingerprint)));
      const what = errorClass === undefined ? '' : ` of the class ${errorClass}`;
      return refused('unknown', `no error${what} with the fingerprint ${show(fingerprint)} is known`, {
        nearest,
      });
    },
  });
}

/** Errors without a fingerprint are called by the resource that they are of, with its kind or without. */
function isMeant({ fingerprint, address }: ErrorView, text: string): boolean {
  if (fingerprint === text) return true;
  const [service, , name] = address.split('/');
  return fingerprint === placeFingerprint(address) && (text === address || text === `${service}/${name}`);
}
