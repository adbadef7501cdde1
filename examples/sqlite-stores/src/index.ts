export { Connection } from './connection.ts';
export { SqliteKeys } from './sqlite-keys.ts';
export { SqliteSagas } from './sqlite-sagas.ts';
