import { type FormEvent, type ReactElement, useId, useState } from 'react';
import type { Login } from './login.ts';

interface LoginScreenProps {
  readonly login: Login;
  /** The collector's, as people type it. */
  readonly url: string;
  readonly problem: string | undefined;
}

/** What stands in the place of the page while nobody has logged in: what to do, and a field for the code. */
export function LoginScreen({ login, url, problem }: LoginScreenProps): ReactElement {
  const [code, setCode] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();

  function submit(event: FormEvent): void {
    event.preventDefault();
    setIsBusy(true);
    void login.enter(code).then(() => setIsBusy(false));
  }

  return (
    <main className="login" aria-labelledby={`${id}-title`}>
      <h1 id={`${id}-title`}>Log in</h1>
      <p>This collector asks who you are. In a terminal that has a token, run</p>
      <pre>
        <code>holdfast login --url {url}</code>
      </pre>
      <p>and open the link that it prints, or paste it here. It works once, for five minutes.</p>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>Link or code</label>
          <input
            id={id}
            className="input"
            value={code}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={problem !== undefined}
            aria-describedby={`${id}-problem`}
            onChange={(event) => setCode(event.target.value)}
          />
        </div>
        <button type="submit" className="button button-main" disabled={isBusy || code.trim() === ''}>
          Log in
        </button>
      </form>
      <p id={`${id}-problem`} role="alert" className={problem === undefined ? 'unseen' : 'field-problem'}>
        {problem}
      </p>
      <p className="field-hint">
        You get the rights of that token, for 12 hours after you last looked and at most 7 days. Who has a
        token with the scope admin makes one for you:{' '}
        <code>holdfast tokens create --scope read --name NAME</code>
      </p>
    </main>
  );
}
