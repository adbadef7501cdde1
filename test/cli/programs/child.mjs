// A child for the tests of Child: it says its process id, and does what a message asks of it.
process.send({ type: 'pid', pid: process.pid });
process.stderr.write('a complaint\n');
process.on('SIGTERM', () => {}); // it takes a SIGKILL to end it against its will
process.on('disconnect', () => process.exit(1));
process.on('message', ({ type }) => {
  if (type === 'exit') process.exit(3);
  if (type === 'stop') process.exit(0);
});
