import { plural, type ResourceView, sparkSlotSeconds } from '@holdfast/shared';
import { memo, type ReactElement } from 'react';
import { sparkBox, sparkPaths } from './spark-path.ts';

/** Calls and failures of the last minute. */
export const Sparkline: React.MemoExoticComponent<typeof SparklineOf> = memo(SparklineOf);

function SparklineOf({ spark }: { readonly spark: ResourceView['spark'] }): ReactElement {
  const paths = sparkPaths(spark.calls, spark.failed);
  const total = spark.calls.reduce((sum, count) => sum + count, 0);
  const failed = spark.failed.reduce((sum, count) => sum + count, 0);
  const seconds = spark.calls.length * sparkSlotSeconds;
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${sparkBox.width} ${sparkBox.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`last ${seconds} s: ${plural(total, 'call')}, ${failed} failed or rejected`}
    >
      <path className="spark-base" d={`M0 ${sparkBox.height - 0.5}H${sparkBox.width}`} />
      <path className="spark-calls" d={paths.calls} />
      <path className="spark-failed" d={paths.failed} />
    </svg>
  );
}
