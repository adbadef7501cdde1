import { start } from './server.ts';

const { PORT = '3000', CATALOGUE_URL = 'http://127.0.0.1:3001' } = process.env;
const { url } = await start({
  port: Number(PORT),
  catalogueUrl: CATALOGUE_URL,
  maxRequests: 100,
  drainMs: 5_000,
});
process.stdout.write(`listening on ${url}\n`);
