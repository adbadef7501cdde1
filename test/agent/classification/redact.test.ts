import { describe, expect, test } from 'vitest';
import { redactMessage } from '../../../agent/src/classification/redact.ts';
import { summarise } from '../../../agent/src/classification/summary.ts';
import { secretMessages } from '../support/secret-messages.ts';
import { createTestRuntime } from '../support/runtime.ts';

describe('what does not leave the process', () => {
  test.each([
    ['GET https://ada:hunter2@api.test/x failed', 'hunter2'],
    ['GET https://api.test/pay?token=abc123&user=7 answered 500', 'abc123'],
    ['GET /pay?session=xyz987 answered 500', 'xyz987'],
    ['Authorization: Bearer abcdefgh12345678', 'abcdefgh12345678'],
    ['header was Basic YWRhOmh1bnRlcjI=', 'YWRhOmh1bnRlcjI'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired', 'eyJzdWIiOiIxIn0'],
    ['key AKIAIOSFODNN7EXAMPLE is not allowed', 'AKIAIOSFODNN7EXAMPLE'],
    ['{"apiKey":"s3cr3t-value"}', 's3cr3t-value'],
    ['login failed, password = correct-horse', 'correct-horse'],
    ['no account for ada.lovelace+test@example.co.uk', 'ada.lovelace'],
    ['card 4111 1111 1111 1111 was declined', '1111 1111'],
  ])('%s', (message, secret) => {
    const redacted = redactMessage(message);
    expect(redacted).not.toContain(secret);
    expect(redacted).toContain('[redacted]');
  });

  test('of a thousand messages with a secret none leaks it', () => {
    const leaks = secretMessages(1_000).filter(({ message, secret }) =>
      redactMessage(message).includes(secret),
    );
    expect(leaks).toEqual([]);
  });

  test.each([
    'connect ECONNREFUSED 10.0.0.7:5432',
    'order 1234567890123 is not known',
    'HTTP status 503 from https://payments.test/v1/charges',
    'took longer than 800 ms',
  ])('%s stays as it is', (message) => {
    expect(redactMessage(message)).toBe(message);
  });

  test('a message is cut at 1 KiB', () => {
    expect(redactMessage('x'.repeat(5_000))).toHaveLength(1_024);
  });

  test.each(['a@', 'token=', '/?', '1 ', 'eyJ.', '://', '"'])('of a megabyte of %o 1 KiB is read', (part) => {
    const hostile = part.repeat(1_000_000 / part.length);
    expect(redactMessage(hostile)).toBe(redactMessage(hostile.slice(0, 1_024)));
  });
});

describe('the summary of an error', () => {
  const { runtime } = createTestRuntime();

  test('it holds the redacted message and what the classifier said', () => {
    const error = Object.assign(new Error('refused for ada@example.test'), { code: 'ECONNREFUSED' });
    expect(summarise(error, runtime.classifier.classify(error))).toEqual({
      class: 'partial_outage',
      severity: 'medium',
      fingerprint: expect.stringMatching(/^1:\w{14}$/),
      message: 'refused for [redacted]',
      code: 'ECONNREFUSED',
      why: 'code ECONNREFUSED',
    });
  });

  test('the host redacts first; where that fails, class and fingerprint are shown', () => {
    const error = new Error('customer 12');
    const classification = runtime.classifier.classify(error);
    const redact = (message: string): string => message.replace(/\d+/, 'N');
    expect(summarise(error, classification, redact).message).toBe('customer N');
    const broken = (): never => {
      throw new Error('no');
    };
    const { class: errorClass, severity, fingerprint } = classification;
    const bare = { class: errorClass, severity, fingerprint, message: '' };
    expect(summarise(error, classification, broken)).toEqual(bare);
  });
});
