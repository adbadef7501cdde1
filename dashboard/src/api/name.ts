/** Under what name the person's acts stand in the audit list; kept in this browser. */
const key = 'holdfast.name';
export const defaultName = 'web';

export function loadName(): string {
  try {
    return localStorage.getItem(key) ?? defaultName;
  } catch {
    return defaultName; // storage is forbidden here
  }
}

export function saveName(name: string): void {
  try {
    localStorage.setItem(key, name);
  } catch {
    // Storage is forbidden here: the name holds until the page is left.
  }
}
