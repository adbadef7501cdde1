import { wireLimits } from '@holdfast/shared';

/**
 * Takes out of a message what must not leave the process: credentials, tokens, keys, card numbers, e-mail
 * addresses, and of URLs the user and the query. Cuts it at 1 KiB first, so that its cost is bounded. Each
 * pattern takes linear time.
 */
export function redactMessage(message: string): string {
  let text = message.slice(0, wireLimits.messageLength);
  for (const [pattern, replacement] of patterns) text = text.replace(pattern, replacement);
  return text.replace(digits, (number) => (isCardNumber(number) ? hidden : number));
}

const hidden = '[redacted]';

/** Behind these names stands what nobody else may know. */
const tellingNames = [
  'pass(?:word|wd|phrase)?',
  'pwd',
  'secret',
  'token',
  '(?:api|access|private)[-_ ]?key',
  'authorization',
  'cookie',
  'session(?:[-_ ]?id)?',
  'credentials?',
];

const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // user:password@ in a URL
  [/(\b[a-z][a-z\d+.-]{1,20}:\/\/)[^\s/?#@]{1,256}@/gi, `$1${hidden}@`],
  // the query of a URL, absolute or not
  [/(\/[^\s?#"'<>]{0,256}\?)[^\s#"'<>]+/g, `$1${hidden}`],
  [/\b(bearer|basic|digest)(\s+)[\w.~+/=-]{6,}/gi, `$1$2${hidden}`],
  // a JSON web token
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){1,2}/g, hidden],
  // an AWS access key
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, hidden],
  // what stands behind a telling name: password=…, "apiKey": "…"
  [
    new RegExp(
      `((?:${tellingNames.join('|')})["']?\\s{0,4}[:=]\\s{0,4}["']?)(?!\\[redacted)[^\\s"',;&]+`,
      'gi',
    ),
    `$1${hidden}`,
  ],
  // an e-mail address
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, hidden],
];

const digits = /\b\d(?:[ -]?\d){12,18}\b/g;

/** Luhn's check, which tells card numbers from other long numbers. */
function isCardNumber(text: string): boolean {
  let sum = 0;
  let isDoubled = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const value = isDoubled ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
    isDoubled = !isDoubled;
  }
  return sum % 10 === 0;
}
