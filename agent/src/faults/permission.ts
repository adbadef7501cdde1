/**
 * Why no fault may start in this process, in words; `undefined` where they may. `HOLDFAST_FAULTS` turns all
 * off unless it is empty or `on`: who mistypes it in an emergency must not find faults on. In production
 * they need the agent's option; production is what `environment`, or where it is not given `NODE_ENV`, says.
 */
export function faultsOffBecause(
  options: { readonly faultInjection?: boolean; readonly environment?: string },
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { HOLDFAST_FAULTS: killSwitch = '', NODE_ENV } = variables;
  if (killSwitch !== '' && killSwitch !== 'on') return `HOLDFAST_FAULTS is ${killSwitch}`;
  if (options.faultInjection === false) return 'the option faultInjection is false';
  const environment = options.environment ?? NODE_ENV ?? '';
  const isAllowed = options.faultInjection === true || !/^prod/i.test(environment);
  return isAllowed ? undefined : `environment ${environment} needs the option faultInjection`;
}
