import { SeededRandom } from '@holdfast/agent/testing';

/** A message as an error may carry it, and what of it nobody else may know. */
export interface SecretMessage {
  readonly message: string;
  readonly secret: string;
}

/** So many messages, the same ones each time: each kind of secret, in each place where one was seen. */
export function secretMessages(count: number): readonly SecretMessage[] {
  const drawn = new Drawn(new SeededRandom(41).next);
  const makers = makersOf(drawn);
  return Array.from({ length: count }, (_, index) => {
    const { message, secret } = makers[index % makers.length]?.() ?? { message: '', secret: '' };
    const before = drawn.pick(['', 'Error: ', 'upstream: ']);
    return { message: `${before}${message}${drawn.pick(['', ' (attempt 2)', '\n  retry later'])}`, secret };
  });
}

/** What is drawn at random. */
class Drawn {
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(this.random() * values.length)] ?? values[0];
  letters = (length: number, of: string): string =>
    Array.from({ length }, () => of[Math.floor(this.random() * of.length)]).join('');
  word = (): string => this.letters(6 + Math.floor(this.random() * 20), alphanumeric);
}

/** Each makes a message of one kind. */
function makersOf({ pick, letters, word }: Drawn): readonly (() => SecretMessage)[] {
  const kinds: Readonly<Record<string, () => SecretMessage>> = {
    user: () => {
      const secret = word();
      const scheme = pick(['https', 'postgres', 'redis', 'amqp', 'mongodb+srv']);
      return { message: `connect to ${scheme}://${word()}:${secret}@db.test:5432/x failed`, secret };
    },
    query: () => {
      const secret = word();
      const base = pick(['https://api.test/pay', '/v1/orders', 'http://10.0.0.7:8080/a/b']);
      return { message: `GET ${base}?user=7&${word()}=${secret} answered 500`, secret };
    },
    scheme: () => {
      const secret = word();
      return {
        message: `${pick(['Bearer', 'bearer', 'Basic', 'BASIC', 'Digest'])} ${secret} was refused`,
        secret,
      };
    },
    jsonWebToken: () => {
      const secret = word();
      return { message: `jwt eyJ${word()}.${secret}.${word()} expired`, secret };
    },
    awsKey: () => {
      const secret = `${pick(['AKIA', 'ASIA'])}${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`;
      return { message: `the key ${secret} is unknown`, secret };
    },
    named: () => {
      const secret = word();
      const name = pick([
        'password',
        'passwd',
        'pwd',
        'client_secret',
        'accessToken',
        'api_key',
        'x-api-key',
      ]);
      return {
        message: pick([`${name}=${secret}`, `{"${name}":"${secret}"}`, `${name}: ${secret}, ok`]),
        secret,
      };
    },
    mail: () => {
      const secret = `${word()}@${pick(['example.co.uk', 'shop.example'])}`;
      return { message: `${pick(['no account for ', '<', 'to: '])}${secret}> was found`, secret };
    },
    card: () => {
      const secret = cardNumber(`4${letters(14, '0123456789')}`);
      const grouped = secret.replace(/(\d{4})(?=\d)/g, `$1${pick([' ', '-', ''])}`);
      return { message: `card ${grouped} was declined`, secret: grouped };
    },
  };
  return Object.values(kinds);
}

const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** With the digit at its end that Luhn's check asks for. */
function cardNumber(digits: string): string {
  for (let last = 0; last < 10; last++) {
    const sum = `${digits}${last}`
      .split('')
      .toReversed()
      .reduce((total, digit, at) => {
        const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
        return total + (value > 9 ? value - 9 : value);
      }, 0);
    if (sum % 10 === 0) return `${digits}${last}`;
  }
  return digits;
}
