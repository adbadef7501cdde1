import { createRoot } from 'react-dom/client';
import { createApi } from './api/api.ts';
import { App } from './app/app.tsx';
import { LiveConnection } from './live/connection.ts';
import { questionOf } from './live/question-of.ts';
import { createLiveStore } from './live/store.ts';
import { openWebSocket } from './live/web-socket.ts';
import { systemClock, systemRandom } from './time/system-clock.ts';
import { createTicker } from './time/ticker.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/strip.css';
import './styles/controls.css';
import './styles/breakers.css';
import './styles/breakers-narrow.css';
import './styles/detail.css';
import './styles/lists.css';

const tickMs = 200;

const pageUrl = new URL('.', location.href);
const socketUrl = new URL('api/v1/live', pageUrl);
socketUrl.protocol = pageUrl.protocol === 'https:' ? 'wss:' : 'ws:';

const store = createLiveStore(systemClock);
const live = new LiveConnection({
  url: socketUrl.href,
  question: questionOf(location.search),
  clock: systemClock,
  random: systemRandom,
  open: openWebSocket,
  onMessage: store.apply,
  onConnection: store.setConnection,
  onRefusal: ({ detail }) => store.refuse(detail),
});
window.addEventListener('online', () => live.retryNow());

const root = document.querySelector('#root');
if (root === null) throw new TypeError('index.html has no #root');
createRoot(root).render(
  <App
    services={{
      store,
      api: createApi(pageUrl.href, (input, init) => fetch(input, init)),
      clock: systemClock,
      ticker: createTicker(systemClock, tickMs),
      collectorUrl: `${socketUrl.protocol}//${socketUrl.host}`,
      retryNow: () => live.retryNow(),
    }}
  />,
);
