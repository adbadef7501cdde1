import { open } from 'node:fs/promises';
import { CollectorError, messageOf, systemCode } from '../errors.ts';
import { applicationId, schemaVersion } from './schema.ts';

const anotherFolder = 'Move it away, or choose another folder with --data';

const headerBytes = 100;
const magic = 'SQLite format 3\0';
const userVersionAt = 60;
const applicationIdAt = 68;

/**
 * Looks at a database file before SQLite may touch it. A file that is absent or empty passes. One that is no
 * database, not ours, or from a newer version is refused by name with a `CollectorError` that ends with what
 * else to take, and stays as it was.
 */
export async function checkFile(path: string, otherwise: string = anotherFolder): Promise<void> {
  const header = await readHeader(path);
  if (header.length === 0) return;
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
    throw refusal(path, 'is not a SQLite database', otherwise);
  }
  const foundId = header.readUInt32BE(applicationIdAt);
  if (foundId !== applicationId) {
    throw refusal(path, `is a database of another program (application id ${foundId})`, otherwise);
  }
  const foundVersion = header.readUInt32BE(userVersionAt);
  if (foundVersion > schemaVersion) {
    const what = `was written by a newer Holdfast (schema ${foundVersion}, this one knows ${schemaVersion})`;
    throw refusal(path, what, 'Take that version, or choose another file or folder');
  }
}

async function readHeader(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw new CollectorError('database_refused', `${path} cannot be read: ${messageOf(error)}`, error);
  }
}

function refusal(path: string, what: string, mend: string): CollectorError {
  return new CollectorError('database_refused', `${path} ${what}; it was left untouched. ${mend}`);
}
