// Adds and processes jobs that do nothing. For each line `COUNT` on standard input, one round and one line with the
// milliseconds that it took, from the first add to the end of the last job.
const { Queue, Worker } = require('bullmq');
const readline = require('node:readline');

const CONCURRENCY = 20;
const AT_ONCE = 1000;
const connection = { host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null };

async function main() {
  const queue = new Queue('tasks', { connection });
  let left = 0;
  let done = () => {};
  const worker = new Worker('tasks', async () => {}, { connection, concurrency: CONCURRENCY });
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) done();
  });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const count = Number(line);
    const ended = new Promise((resolve) => { done = resolve; });
    left = count;
    const began = performance.now();
    for (let first = 0; first < count; first += AT_ONCE) {
      const jobs = [];
      for (let n = first; n < Math.min(first + AT_ONCE, count); n += 1) {
        jobs.push({ name: 'nothing', data: null, opts: { removeOnComplete: true } });
      }
      await queue.addBulk(jobs);
    }
    await ended;
    console.log(String(performance.now() - began));
  }
  await worker.close();
  await queue.close();
}

main();
