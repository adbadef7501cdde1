import path from 'node:path';
import { chooseDriver } from '../store/drivers/choose-driver.ts';
import { problemsIn } from '../store/integrity.ts';
import { databaseName } from '../store/open-files.ts';
import { inspect } from './files.ts';

/** What is wrong with the data of a collector, a line each; also while it runs. */
export async function checkData(dataDir: string): Promise<readonly string[]> {
  return inspect(path.join(dataDir, databaseName), await chooseDriver(), problemsIn);
}
