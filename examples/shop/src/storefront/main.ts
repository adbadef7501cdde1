import { runService } from '../service/run.ts';
import { storefront } from './storefront.ts';

await runService('storefront', storefront);
