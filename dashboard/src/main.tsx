import { createRoot } from 'react-dom/client';
import { createApi } from './api/api.ts';
import { LiveConnection } from './live/connection.ts';
import { createLiveStore } from './live/store.ts';
import { openWebSocket } from './live/web-socket.ts';
import { createPageQuestion } from './question/page-question.ts';
import { questionOf } from './question/question-of.ts';
import { Door, type Opened } from './session/door.tsx';
import { codeInFragment, createLogin } from './session/login.ts';
import { systemClock, systemRandom } from './time/system-clock.ts';
import { createTicker } from './time/ticker.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/strip.css';
import './styles/filter.css';
import './styles/controls.css';
import './styles/breakers.css';
import './styles/breakers-narrow.css';
import './styles/detail.css';
import './styles/lists.css';
import './styles/session.css';

const tickMs = 200;

const pageUrl = new URL('.', location.href);
const socketUrl = new URL('api/v1/live', pageUrl);
socketUrl.protocol = pageUrl.protocol === 'https:' ? 'wss:' : 'ws:';

const login = createLogin(pageUrl.href, (input, init) => fetch(input, init));

/** The connection of one person, from the log-in to the log-out. */
function open(): Opened {
  const store = createLiveStore(systemClock);
  const question = createPageQuestion(window);
  const live = new LiveConnection({
    url: socketUrl.href,
    question: questionOf(question.asked()).question,
    clock: systemClock,
    random: systemRandom,
    open: openWebSocket(login.protocolsFor),
    onMessage: store.apply,
    onConnection: store.setConnection,
    onRefusal: store.refuse,
  });
  question.subscribe(() => {
    store.refuse(undefined);
    live.ask(questionOf(question.asked()).question);
  });
  const retryNow = (): void => live.retryNow();
  window.addEventListener('online', retryNow);
  return {
    services: {
      store,
      question,
      api: createApi(pageUrl.href, login.send),
      clock: systemClock,
      ticker: createTicker(systemClock, tickMs),
      collectorUrl: `${socketUrl.protocol}//${socketUrl.host}`,
      retryNow,
    },
    close() {
      window.removeEventListener('online', retryNow);
      question.close();
      live.close();
    },
  };
}

const code = codeInFragment(location.hash);
if (code === undefined) {
  void login.look().catch(() => {}); // tried again by the page
} else {
  history.replaceState(undefined, '', `${location.pathname}${location.search}`); // it is of no more use
  void login.enter(code);
}

const root = document.querySelector('#root');
if (root === null) throw new TypeError('index.html has no #root');
createRoot(root).render(<Door login={login} clock={systemClock} url={pageUrl.origin} open={open} />);
