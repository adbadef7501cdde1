import type { ActAnswer, Result, SeriesAnswer, StatusView } from '@holdfast/shared';
import { type ActRequest, resourcePath } from '../acts/act-request.ts';
import { problemText } from './problem-text.ts';

export interface SeriesQuery {
  readonly address: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  readonly points: number;
}

/** The collector's HTTP API, as far as the page uses it. Nothing here throws; problems come back in words. */
export interface Api {
  act(request: ActRequest): Promise<Result<ActAnswer>>;
  series(query: SeriesQuery, signal: AbortSignal): Promise<Result<SeriesAnswer>>;
  /** Of the whole fleet; `at` is a past moment, epoch milliseconds. */
  status(at: number | undefined, signal: AbortSignal): Promise<Result<StatusView>>;
}

/** `base` is the page's own address; `send` is the browser's `fetch`. */
export function createApi(base: string, send: typeof fetch): Api {
  async function ask(path: string, init: RequestInit): Promise<Result<unknown>> {
    try {
      const response = await send(new URL(path, base), init);
      const body: unknown = await response.json();
      if (response.ok) return { ok: true, value: body };
      return { ok: false, problem: problemText(body, response.status) };
    } catch (error) {
      return { ok: false, problem: `the collector did not answer: ${wordsOf(error)}` };
    }
  }

  return {
    async act({ method, path, body }) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(path, { method, headers, body: JSON.stringify(body) });
      return answer.ok ? { ok: true, value: answer.value as ActAnswer } : answer; // our collector's word
    },
    async series({ address, since, until, points }, signal) {
      const range = `since=${Math.floor(since)}&until=${Math.ceil(until)}&points=${points}`;
      const answer = await ask(`${resourcePath(address)}/series?${range}`, { signal });
      if (!answer.ok) return answer;
      return { ok: true, value: answer.value as SeriesAnswer }; // our collector's word
    },
    async status(at, signal) {
      const answer = await ask(`api/v1/status${at === undefined ? '' : `?at=${Math.floor(at)}`}`, { signal });
      return answer.ok ? { ok: true, value: answer.value as StatusView } : answer; // our collector's word
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
