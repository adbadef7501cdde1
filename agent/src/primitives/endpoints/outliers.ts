import type { Member } from './member.ts';
import type { SuccessRateOptions } from './options.ts';

export interface Outlier<E> {
  readonly member: Member<E>;
  readonly rate: number;
  readonly meanRate: number;
}

/**
 * Endpoints whose success rate lies below mean − factor · σ of all that had enough calls, σ being the
 * population's. See "Success rate" of Envoy's outlier detection,
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export function outliersOf<E>(
  members: readonly Member<E>[],
  { factor, minimumEndpoints, minimumCalls }: Required<SuccessRateOptions>,
): readonly Outlier<E>[] {
  const compared = members.filter(({ callCount }) => callCount >= minimumCalls);
  if (compared.length < minimumEndpoints) return [];
  const rates = compared.map((member) => ({ member, rate: member.successCount / member.callCount }));
  const meanRate = mean(rates.map(({ rate }) => rate));
  const variance = mean(rates.map(({ rate }) => (rate - meanRate) ** 2));
  const leastRate = meanRate - factor * Math.sqrt(variance);
  return rates.filter(({ rate }) => rate < leastRate).map((found) => ({ ...found, meanRate }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
