// A service with one flag, which prints its value whenever it changes.
// Usage: node flag-service.mjs COLLECTOR_URL
import { createAgent } from '@holdfast/agent';

const agent = createAgent({ service: 'flagged', instance: 'flagged-1', collector: process.argv[2] });
agent.flags.define('beta', { defaultValue: false });
const show = () => console.log(`beta=${agent.flags.getBooleanValue('beta', false)}`);
agent.flags.on('change', show);
show();
setInterval(() => {}, 1_000);
