import { runService } from '../service/run.ts';
import { inventory } from './inventory.ts';

await runService('inventory', inventory);
