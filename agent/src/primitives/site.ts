import type { ResourceKind } from '@holdfast/shared';
import type { ErrorSource } from '../errors.ts';
import { name as checkedName } from '../options/checks.ts';
import { present } from '../present.ts';
import type { Runtime } from '../runtime.ts';
import type { Meter, MeterOptions } from '../telemetry/meter.ts';

/** Where a primitive stands: its name, and the pipeline and dependency that it belongs to. */
export interface Site {
  readonly runtime: Runtime;
  readonly name: string;
  readonly pipeline?: string;
  readonly dependency?: string;
}

/** Throws unless `name` is fit to be a name. `dependency` has been checked by who read the options. */
export function siteOf(runtime: Runtime, name: string, dependency: string | undefined): Site {
  return present({ runtime, name: checkedName(name, 'name'), dependency });
}

export interface ResourceOptions extends MeterOptions {
  readonly kind: ResourceKind;
  /** The options in force, as people read them. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
}

/** Introduces a primitive as a resource. */
export function meterOf(site: Site, { kind, config, ...options }: ResourceOptions): Meter {
  const { runtime, name, pipeline, dependency } = site;
  return runtime.telemetry.meter(present({ kind, name, pipeline, dependency, config }), options);
}

/** Whom an error of this primitive names as its source. */
export function sourceOf(site: Site, primitive: ResourceKind): ErrorSource {
  const { runtime, name, pipeline } = site;
  return present({ service: runtime.service, pipeline, primitive, name });
}
