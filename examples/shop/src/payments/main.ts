import { runService } from '../service/run.ts';
import { payments } from './payments.ts';

await runService('payments', payments);
