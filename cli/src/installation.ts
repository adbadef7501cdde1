import { fileURLToPath } from 'node:url';

/** The built files of this package, found from the sources as well: both stand one folder below it. */
export const mainProgram: string = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The folder with a program for each service of the shop. */
export const shopPrograms: string = fileURLToPath(new URL('../dist/shop/', import.meta.url));

/** The built dashboard. */
export const dashboardFolder: string = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
