/** Who may import what. The same table stands in ARCHITECTURE.md; a test compares the two. */
export interface ImportRow {
  /** A workspace, as its folder. */
  readonly folder: string;
  /** The workspaces that it may import, by the names that it imports. */
  readonly workspaces: readonly string[];
  readonly node: boolean;
  /** The packages that it may import, each with the only folder that may where there is one. */
  readonly packages: Readonly<Record<string, 'anywhere' | `src/${string}/`>>;
}

export const importTable: readonly ImportRow[] = [
  { folder: 'shared', workspaces: [], node: false, packages: {} },
  {
    folder: 'agent',
    workspaces: ['@holdfast/shared'],
    node: true,
    packages: { ws: 'src/transport/' },
  },
  {
    folder: 'collector',
    workspaces: ['@holdfast/shared'],
    node: true,
    packages: {
      '@hono/node-server': 'anywhere',
      hono: 'anywhere',
      sqlite3: 'src/store/',
      typebox: 'anywhere',
      ws: 'anywhere',
    },
  },
  {
    folder: 'dashboard',
    workspaces: ['@holdfast/shared'],
    node: false,
    packages: { 'chart.js': 'src/charts/', react: 'anywhere', 'react-dom': 'anywhere' },
  },
  {
    folder: 'cli',
    workspaces: ['@holdfast/shared', '@holdfast/collector'],
    node: true,
    packages: { commander: 'anywhere', ink: 'anywhere', react: 'anywhere', ws: 'anywhere' },
  },
  {
    folder: 'examples/express',
    workspaces: ['@holdfast/agent'],
    node: true,
    packages: { express: 'anywhere' },
  },
  {
    folder: 'examples/fastify',
    workspaces: ['@holdfast/agent'],
    node: true,
    packages: { fastify: 'anywhere' },
  },
  {
    folder: 'examples/koa',
    workspaces: ['@holdfast/agent'],
    node: true,
    packages: { koa: 'anywhere' },
  },
  {
    folder: 'examples/nest',
    workspaces: ['@holdfast/agent'],
    node: true,
    packages: { '@nestjs/common': 'anywhere', '@nestjs/core': 'anywhere' },
  },
  {
    folder: 'examples/shop',
    workspaces: ['@holdfast/agent'],
    node: true,
    packages: {},
  },
];

/** The table as ARCHITECTURE.md shows it. */
export function importTableAsMarkdown(): string {
  const lines = importTable.map((row) => {
    const workspaces = row.workspaces.map((name) => `\`${name}\``).join(', ') || 'none';
    const packages = Object.entries(row.packages).map(([name, where]) =>
      where === 'anywhere' ? `\`${name}\`` : `\`${name}\` (in \`${where}\` only)`,
    );
    const cells = [`\`${row.folder}/\``, workspaces, row.node ? 'yes' : 'no', packages.join(', ') || 'none'];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| folder | workspaces | `node:*` | packages |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
