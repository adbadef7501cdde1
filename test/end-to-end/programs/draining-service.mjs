// A service with a web server that drains on SIGTERM. Prints its port, then what happens, a line each.
// Usage: node draining-service.mjs
import { createServer } from 'node:http';
import { createAgent } from '@holdfast/agent';

const agent = createAgent({ service: 'draining', collector: false });
const server = createServer(agent.healthHandler());
agent.drainOn('SIGTERM', {
  afterMs: 2_000,
  close: () => {
    console.log('closing');
    server.close();
  },
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
