// Takes notifications of Google as a small application would: a fastify route that adds a BullMQ job for each and then
// answers 204. For the line `port` it says where it listens; for any other it says how many jobs wait, and removes them.
const fastify = require('fastify');
const { Queue } = require('bullmq');
const readline = require('node:readline');

const connection = { host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null };

async function main() {
  const queue = new Queue('pulls', { connection });
  await queue.waitUntilReady();
  const app = fastify();
  app.post('/v1/push/google', async (request, reply) => {
    await queue.add('pull', { channel: request.headers['x-goog-channel-id'] });
    return reply.code(204).send();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line === 'port') {
      console.log(String(app.server.address().port));
    } else {
      const waiting = await queue.getWaitingCount();
      await queue.obliterate({ force: true });
      console.log(String(waiting));
    }
  }
  await app.close();
  await queue.close();
}

main();
