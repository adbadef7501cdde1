/** Where the collector says what an operator should know. One line each. */
export type Log = (level: 'info' | 'warning' | 'error', message: string) => void;
