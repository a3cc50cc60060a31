// Records on their way to the harness: numbered when they are put in, sent in batches, bounded.
//
// The first record after a quiet spell leaves at once; those that follow go by 64 or 20 ms. So a lone
// call, which is the usual case, is out of the process before a SIGKILL can take it. Every record that
// could not be kept leaves a hole in the numbers, and is counted by cause.

const BATCH = 128;
const DELAY_MS = 20;
const HELD = 16384;   // records waiting here
const UNACKED = 128;  // batches sent that the harness has not yet written

export class Outbox {
  constructor(clock) {
    this.clock = clock;
    this.held = [];
    this.seq = 0;
    this.sent = 0;
    this.acked = 0;
    this.timer = null;
    this.quietSince = -Infinity;
    this.lost = { full: 0, rate: 0, fault: 0 };
    this.nested = 0;
    this.faults = [];
    this.ending = false;
  }

  // `make` gets the record's number and gives the record.
  push(make) {
    const record = make(++this.seq);
    if (this.held.length >= HELD) {
      this.lost.full++;
      return;
    }
    this.held.push(record);
    if (this.timer !== null) {
      if (this.held.length >= BATCH) this.flush();
      return;
    }
    const now = Date.now();
    if (now - this.quietSince > DELAY_MS) {
      this.flush();
    } else {
      this.timer = setTimeout(() => { this.timer = null; this.flush(); }, DELAY_MS);
    }
  }

  drop(cause) {
    this.seq++;
    this.lost[cause]++;
  }

  // An error of our own. The app never sees it; the harness does.
  fault(where, error) {
    this.drop('fault');
    if (this.faults.length < 20) this.faults.push(`${where}: ${error.message} ${error.stack ?? ''}`);
  }

  flush() {
    this.quietSince = Date.now();
    while (this.held.length > 0 && this.sent - this.acked < UNACKED) {
      const calls = this.held.splice(0, BATCH);
      send({ type: 'batch', n: ++this.sent, calls });
    }
  }

  ack(n) {
    if (n > this.acked) this.acked = n;
    if (this.held.length >= BATCH) this.flush();
  }

  state() {
    const faults = this.faults;
    this.faults = [];
    return { seq: this.seq, held: this.held.length, sent: this.sent, lost: { ...this.lost }, nested: this.nested, ending: this.ending, faults };
  }
}
