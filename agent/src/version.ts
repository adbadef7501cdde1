/** The version of this package, as its `package.json` says; a test keeps them the same. */
export const agentVersion = '0.1.0';
