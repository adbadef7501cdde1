import { expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';

test('a listener that throws keeps news from nobody else', () => {
  const logged: string[] = [];
  const heard: string[] = [];
  const bus = createLocalBus((level, message) => logged.push(`${level}: ${message}`));
  bus.subscribe(() => {
    throw new Error('a view broke');
  });
  bus.subscribe(({ type }) => heard.push(type));
  bus.publish({ type: 'rebuilt' });
  expect(heard).toEqual(['rebuilt']);
  expect(logged).toEqual(['error: a part of the collector failed at news: a view broke']);
});
