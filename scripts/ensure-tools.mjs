// Finds what the tests need beside npm: a Chromium, tmux, Python, and a compiled sqlite3 where Node has no
// SQLite of its own.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isMain, show } from './run.mjs';

/** The same places as in test/support/chromium-path.ts. */
const chromiumPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const tools = [
  { name: 'Chromium', debianPackage: 'chromium', isThere: hasChromium },
  { name: 'tmux', debianPackage: 'tmux', isThere: () => isOnPath('tmux') },
  { name: 'Python 3', debianPackage: 'python3', isThere: () => isOnPath('python3') },
];

/**
 * Installs what is missing where it can, else says the command. @returns {Promise<boolean>} whether all is
 * there
 */
export async function ensureTools() {
  if (!hasSqlite()) {
    console.log(
      'FAILED  no SQLite: Node has none of its own and the package is not compiled. Run: npm rebuild sqlite3',
    );
    return false;
  }
  const missing = tools.filter((tool) => !tool.isThere());
  if (missing.length === 0) return true;
  const packages = missing.map((tool) => tool.debianPackage);
  const names = missing.map((tool) => tool.name).join(' and ');
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.log(`FAILED  the tests need ${names}. Run as root: apt-get update && ${install.join(' ')}`);
    return false;
  }
  console.log(`        the tests need ${names}: installing ${packages.join(', ')} with apt-get`);
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  if ((await show(['apt-get', 'update', '-qq'])) !== 0 || (await show([...install, '-qq'])) !== 0)
    return false;
  const stillMissing = tools.filter((tool) => !tool.isThere());
  for (const tool of stillMissing)
    console.log(`FAILED  ${tool.debianPackage} was installed, but no ${tool.name} is found`);
  return stillMissing.length === 0;
}

function hasChromium() {
  const asked = process.env['HOLDFAST_TEST_CHROMIUM'];
  return (asked === undefined ? chromiumPlaces : [asked]).some((place) => existsSync(place));
}

/** @param {string} program */
function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasSqlite() {
  try {
    execFileSync(process.execPath, ['--no-warnings', '-e', 'require("node:sqlite")'], { stdio: 'ignore' });
    return true;
  } catch {
    // an older Node: the package must do
  }
  try {
    createRequire(import.meta.url)('sqlite3');
    return true;
  } catch {
    return false;
  }
}

if (isMain(import.meta.url) && !(await ensureTools())) process.exitCode = 1;
