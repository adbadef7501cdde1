import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { IngestAnswer } from '@holdfast/shared';
import { recordOf } from '../../../../agent/src/spool/record.ts';

/** The folder of a dead run with one segment for each list of numbers. */
export async function leaveRun(
  directory: string,
  segments: readonly (readonly number[])[],
  { epoch = 'e0', instance = 'a', batchBytes = 40 } = {},
): Promise<string> {
  const folder = path.join(directory, `run_${epoch}_00000000_left`);
  await mkdir(folder);
  const about = { service: 'shop', instance, epoch, tags: {}, agentVersion: '1', startedAt: 0 };
  await writeFile(path.join(folder, 'run.json'), JSON.stringify(about));
  for (const [index, seqs] of segments.entries()) {
    const records = seqs.flatMap((seq) =>
      recordOf(seq, Buffer.from(`{"type":"batch","seq":${seq},"events":[]}`.padEnd(batchBytes))),
    );
    await writeFile(path.join(folder, `0000000${index + 1}.seg`), Buffer.concat(records));
  }
  return folder;
}

/** Keeps the book of a collector over the runs of one epoch. */
export class BookCollector {
  stored = 0;
  /** Numbers that it was told are lost. */
  readonly gaps: number[] = [];
  readonly taken: number[] = [];
  readonly requestBytes: number[] = [];

  readonly ask = async (lines: readonly Uint8Array[]): Promise<IngestAnswer> => {
    this.requestBytes.push(lines.reduce((sum, line) => sum + line.length + 1, 0));
    for (const line of lines) {
      const message = JSON.parse(Buffer.from(line).toString('utf8')) as Line; // as the agent wrote it
      if (message.type === 'hello')
        for (; this.stored + 1 < message.first; this.stored += 1) this.gaps.push(this.stored + 1);
      if (message.type !== 'batch' || message.seq !== this.stored + 1) continue;
      this.stored = message.seq;
      this.taken.push(message.seq);
    }
    return {
      stored: this.stored,
      dictionarySize: 0,
      problems: [],
      limits: { batchBytes: 65_536, windowBatches: 8 },
      now: 0,
    };
  };
}

interface Line {
  readonly type: string;
  readonly seq: number;
  readonly first: number;
}
