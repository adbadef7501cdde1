import type { Finding, Rule, SourceFile } from '../repository.ts';

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const dependencyFields = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const;

type Manifest = Readonly<Record<string, unknown>>;

export const packages: Rule = {
  name: 'workspaces share one version, and dependencies are pinned to one exact version each',
  check: ({ files }) => {
    const manifests = files.filter((file) => /(^|\/)package\.json$/.test(file.path));
    const version = versionOf(manifests.find((file) => file.path === 'package.json'));
    const pins = new Map<string, string>();
    return manifests.flatMap((file) => [...checkVersion(file, version), ...checkPins(file, version, pins)]);
  },
};

function checkVersion(file: SourceFile, version: string): Finding[] {
  const own = versionOf(file);
  if (own === version) return [];
  return [at(file, '"version"', [`version ${own}, the root has ${version}`, `set it to ${version}`])];
}

function checkPins(file: SourceFile, version: string, pins: Map<string, string>): Finding[] {
  const manifest = parse(file);
  return dependencyFields.flatMap((field) =>
    Object.entries(membersOf(manifest[field])).flatMap(([name, pin]) => {
      const known = pins.get(name) ?? pin;
      pins.set(name, known);
      const place = `"${name}": "${pin}"`;
      if (name.startsWith('@holdfast/') || name === 'holdfast') {
        return pin === version ? [] : [at(file, place, [`${name} at ${pin}`, `pin it to ${version}`])];
      }
      if (!exact.test(pin)) return [at(file, place, [`${name} at the range ${pin}`, 'pin an exact version'])];
      return pin === known
        ? []
        : [at(file, place, [`${name} at ${pin}`, `another workspace has ${known}: use one`])];
    }),
  );
}

function at(file: SourceFile, text: string, [problem, fix]: readonly [string, string]): Finding {
  const before = file.text.slice(0, Math.max(0, file.text.indexOf(text)));
  return { path: file.path, line: before.split('\n').length, problem, fix };
}

function versionOf(file: SourceFile | undefined): string {
  const version = file === undefined ? undefined : parse(file)['version'];
  return typeof version === 'string' ? version : 'none';
}

function parse(file: SourceFile): Manifest {
  const value: unknown = JSON.parse(file.text);
  return value as Manifest; // npm has refused anything but an object by now
}

function membersOf(value: unknown): Record<string, string> {
  return (value ?? {}) as Record<string, string>; // npm has refused anything but names and versions by now
}
