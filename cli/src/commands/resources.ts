import { nearestFew, type ResourceKind, resourceKinds } from '@holdfast/shared';
import { type Command, Option } from 'commander';
import type { ResourceAddress } from '../client/address.ts';
import { detailColumns, resourceColumns } from '../columns/resources.ts';
import { contextOf } from '../context.ts';
import { didYouMean, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

/** `resources ls` and `resources get`: whatever is guarded, breakers and all the others. */
export function registerResources(program: Command, host: Host): void {
  const resources = group(program, 'resources', 'all that is guarded: breakers, limits, caches, sagas …');
  resources
    .command('ls')
    .description('a line a resource, with what it is at; the worst first')
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(resourceKinds))
    .option('--service <name>', 'only those of this service')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & Wanted, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context, 'resources');
      const { kind, service } = options;
      const wanted = {
        ...(kind === undefined ? {} : { kind }),
        ...(service === undefined ? {} : { service }),
      };
      const found = await told(context.api.resources({ ...wanted, ...query }));
      const shown = kind === undefined ? found.filter(isNoCheck) : found;
      context.printList(resourceColumns, shown, emptyText(options, 'no such resource yet'));
    });
  resources
    .command('get')
    .description('all that is known of one resource')
    .argument('<address>', 'the resource: SERVICE/KIND/NAME')
    .option(...atOption)
    .action(async (text: string, options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context);
      const resource = await told(context.api.resource(readAddress(text), query));
      context.printItem([...resourceColumns, ...detailColumns], resource);
    });
}

interface Wanted {
  readonly kind?: ResourceKind;
  readonly service?: string;
}

/** Checks guard nothing; they have a list of their own. */
function isNoCheck({ kind }: { readonly kind: ResourceKind }): boolean {
  return kind !== 'health_check';
}

function readAddress(text: string): ResourceAddress {
  const [service = '', kindName = '', name = '', ...more] = text.split('/');
  if (service === '' || name === '' || more.length > 0) {
    throw usageFailure(
      `'${text}' is no address of a resource: write service/kind/name, as holdfast resources ls lists them`,
    );
  }
  const kind = resourceKinds.find((known) => known === kindName);
  if (kind !== undefined) return { service, kind, name };
  const hint = didYouMean(nearestFew(kindName, resourceKinds, 1)) || `; kinds: ${resourceKinds.join(', ')}`;
  throw usageFailure(`'${kindName}' is no kind of resource${hint}`);
}
