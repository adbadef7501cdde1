/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<unknown>} call One guarded call, awaited by the caller.
 */

/**
 * Times contenders in turns, so that what else the machine does disturbs all of them alike.
 * @param {readonly Contender[]} contenders
 * @param {{ calls?: number, rounds?: number }} [size] calls a round, and rounds
 * @returns {Promise<Map<string, number>>} the median time of a call in nanoseconds, by name
 */
export async function measure(contenders, { calls = 20_000, rounds = 21 } = {}) {
  for (const { call } of contenders) await nanosecondsOf(call, calls);
  /** @type {Map<string, number[]>} */
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, call } of contenders) samples.get(name)?.push(await nanosecondsOf(call, calls));
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}

/**
 * Prints each contender's time and how many times the first one's that is.
 * @param {string} title
 * @param {Map<string, number>} times
 */
export function printTimes(title, times) {
  const [[, floor = 1] = []] = times;
  const width = Math.max(...[...times.keys()].map((name) => name.length));
  console.log(`\n${title}`);
  for (const [name, time] of times) {
    const ratio = `${(time / floor).toFixed(1)}×`;
    console.log(`  ${name.padEnd(width)}  ${time.toFixed(0).padStart(8)} ns  ${ratio.padStart(8)}`);
  }
}

/**
 * @param {() => Promise<unknown>} call
 * @param {number} calls
 */
async function nanosecondsOf(call, calls) {
  const startedAt = performance.now();
  for (let done = 0; done < calls; done += 1) await call();
  return ((performance.now() - startedAt) * 1e6) / calls;
}

/**
 * The middle one.
 * @param {readonly number[]} values
 */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
