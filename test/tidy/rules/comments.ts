import type { Rule } from '../repository.ts';
import { codeOf } from '../syntax.ts';

/** Written apart, so that this file does not find itself. */
const unfinished = new RegExp(`\\b(${['TO', 'FIX', 'XX', 'HA'].join('|')})(DO|ME|X|CK)\\b`);

export const unfinishedWork: Rule = {
  name: 'nothing is left as a note to do later',
  check: (repository) =>
    codeOf(repository).flatMap((file) =>
      file.text.split('\n').flatMap((text, index) => {
        const [note] = unfinished.exec(text) ?? [];
        if (note === undefined) return [];
        return [
          {
            path: file.path,
            line: index + 1,
            problem: note,
            fix: 'do it, or file an issue and remove the note',
          },
        ];
      }),
    ),
};
