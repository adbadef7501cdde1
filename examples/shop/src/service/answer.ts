/** What a handler gives back. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a handler that will not do what it was asked. `code` is what a program looks at. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function refusalAnswer(
  { status, code, message }: Pick<Refusal, 'status' | 'code' | 'message'>,
  headers: Answer['headers'] = {},
): Answer {
  return { status, body: { error: code, message }, headers };
}
