// An app that ends itself (it does so when the user refuses) would take unsent records with it. Its last
// words go out first, and it waits, for half a second at most, until the harness has them.

const WAIT_MS = 500;
const KILLING_SIGNALS = [9, 15, 6];

const own = (pid) => pid === Process.id;

export const EXITS = [
  { className: 'java.lang.Runtime', method: 'exit', types: ['int'], ends: () => true },
  { className: 'java.lang.Runtime', method: 'halt', types: ['int'], ends: () => true },
  { className: 'android.os.Process', method: 'killProcess', types: ['int'], ends: ([pid]) => own(pid) },
  {
    className: 'android.os.Process', method: 'sendSignal', types: ['int', 'int'],
    ends: ([pid, signal]) => own(pid) && KILLING_SIGNALS.includes(signal),
  },
];

export class LastWords {
  constructor(outbox, state) {
    this.outbox = outbox;
    this.state = state;
  }

  say(how) {
    let heard = false;
    this.outbox.ending = true;
    recv('goodbye', () => { heard = true; });
    this.outbox.flush();
    send({ type: 'bye', how, ...this.state() });
    const deadline = Date.now() + WAIT_MS;
    // Sleeping gives the script lock away, so that the answer can come in.
    while (!heard && Date.now() < deadline) Thread.sleep(0.002);
    this.outbox.flush();
    // Something may keep it from ending; then it goes on as before.
    setTimeout(() => { this.outbox.ending = false; }, WAIT_MS);
  }
}
