import { findingsOf, repositoryOf, type Rule } from './repository.ts';

/** What a rule finds in planted files, a line each. */
export function plant(rule: Rule, texts: Readonly<Record<string, string>>): string {
  return findingsOf(rule, repositoryOf(texts)).join('\n');
}
