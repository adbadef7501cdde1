import { type BreakerAddress, parseBreakerAddress } from '../client/address.ts';
import { usageFailure } from '../failure.ts';

/** The address of a breaker as it was typed. */
export function readBreakerAddress(text: string): BreakerAddress {
  const address = parseBreakerAddress(text);
  if (address !== undefined) return address;
  throw usageFailure(
    `'${text}' is no address of a breaker: write service/name or service@instance/name,` +
      ' as holdfast breakers ls lists them',
  );
}
