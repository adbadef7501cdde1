import {
  loginFragment,
  type Result,
  type SessionView,
  type SocketTicket,
  ticketSubprotocol,
} from '@holdfast/shared';
import { problemText } from '../api/problem-text.ts';

/** How the person stands to the collector. */
export type LoginState =
  | { readonly state: 'asking'; readonly tries: number }
  | { readonly state: 'in'; readonly session: SessionView }
  /** `problem` says why the last try did not succeed. */
  | { readonly state: 'out'; readonly problem?: string };

/** Who the person is to the collector, and all that is sent in their name. */
export interface Login {
  state(): LoginState;
  subscribe(listener: () => void): () => void;
  /** Asks who we are. Rejects where nobody answers. */
  look(): Promise<void>;
  /** Logs in with a code, or with the link that holds it. */
  enter(code: string): Promise<void>;
  leave(): Promise<void>;
  /** `fetch`, with what the collector asks of a change; an answer of 401 is an end of the log-in. */
  readonly send: typeof fetch;
  /** What to offer to open a socket now. */
  protocolsFor(subprotocol: string): Promise<readonly string[]>;
}

/** `base` is the page's own address; `fetch` is the browser's. */
export function createLogin(base: string, fetchHere: typeof fetch): Login {
  const listeners = new Set<() => void>();
  let present: LoginState = { state: 'asking', tries: 0 };

  function become(next: LoginState): void {
    if (JSON.stringify(next) === JSON.stringify(present)) return;
    present = next;
    for (const listener of listeners) listener();
  }

  const send: typeof fetch = async (input, init) => {
    const answer = await fetchHere(input, withProof(init, present));
    if (answer.status === 401) become({ state: 'out' });
    return answer;
  };

  async function change(method: 'POST' | 'DELETE', path: string): Promise<Response> {
    return send(new URL(`api/v1/${path}`, base), { method });
  }

  async function look(): Promise<void> {
    const answer = await send(new URL('api/v1/session', base)).catch((error: unknown) => {
      if (present.state === 'asking') become({ state: 'asking', tries: present.tries + 1 });
      throw error;
    });
    if (!answer.ok) return;
    become({ state: 'in', session: (await answer.json()) as SessionView }); // our collector's word
  }

  return {
    state: () => present,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    look,
    async enter(code) {
      try {
        const answer = await exchange(codeIn(code), { base, fetchHere });
        if (answer.ok) return become({ state: 'in', session: answer.value });
        await look(); // a link that is opened again: its browser may be in already
        if (present.state !== 'in') become({ state: 'out', problem: answer.problem });
      } catch {
        become({ state: 'out', problem: 'the collector did not answer; try again' });
      }
    },
    async leave() {
      await change('DELETE', 'session');
      become({ state: 'out' });
    },
    send,
    async protocolsFor(subprotocol) {
      if (present.state === 'in' && present.session.by === 'session')
        return [subprotocol, `${ticketSubprotocol}${await ticketIn(await change('POST', 'ws-ticket'))}`];
      await look(); // a collector that was started anew may ask who we are
      return [subprotocol];
    },
  };
}

async function ticketIn(answer: Response): Promise<string> {
  if (!answer.ok) throw new Error(`no ticket: ${answer.status}`);
  return ((await answer.json()) as SocketTicket).ticket; // our collector's word
}

/** Gives a code for a session; an answer of 401 is one about the code. */
async function exchange(
  code: string,
  { base, fetchHere }: { readonly base: string; readonly fetchHere: typeof fetch },
): Promise<Result<SessionView>> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ code }) };
  const answer = await fetchHere(new URL('api/v1/session', base), init);
  const said: unknown = await answer.json();
  if (!answer.ok) return { ok: false, problem: problemText(said, answer.status) };
  return { ok: true, value: said as SessionView }; // our collector's word
}

/** The code in what was pasted: itself, or the end of the link. */
function codeIn(text: string): string {
  return text.trim().split(loginFragment).at(-1) ?? '';
}

/** The code in the fragment of the page's address; `undefined` where there is none. */
export function codeInFragment(hash: string): string | undefined {
  return hash.startsWith(`#${loginFragment}`) ? codeIn(hash) : undefined;
}

function withProof(init: RequestInit | undefined, login: LoginState): RequestInit {
  if (login.state !== 'in' || login.session.csrf === undefined || init?.method === undefined)
    return { ...init };
  const headers = new Headers(init.headers);
  headers.set('x-csrf', login.session.csrf);
  return { ...init, headers };
}
