import { runService } from '../service/run.ts';
import { checkout } from './checkout.ts';

await runService('checkout', checkout);
