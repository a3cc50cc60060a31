// Records on their way to the harness: numbered when they are put in, kept in the ring until the harness has them.
//
// The first record after a quiet spell leaves at once; those that follow go by 128 or 20 ms. Every record that
// could not be kept leaves a hole in the numbers, and is counted by cause.

import { Ring } from './ring.js';

const BATCH = 128;            // records that do not wait for the timer
const DELAY_MS = 20;
const CHUNK = 64 << 10;       // bytes of one message
const UNCONFIRMED = 256 << 10;
const ENTRY = 512 << 10;
const LOW = 1 << 20;          // bytes of room from which on callers wait; more than one entry needs
const WAIT_MS = 1000;

export class Outbox {
  constructor() {
    this.ring = new Ring();
    this.waiting = [];     // [from, to] of entries that were not sent
    this.unconfirmed = []; // {n, from, to} of messages that the harness has not written yet
    this.seq = 0;
    this.sent = 0;
    this.timer = null;
    this.quietSince = -Infinity;
    this.lost = { full: 0, rate: 0, fault: 0 };
    this.nested = 0;
    this.skipped = 0;
    this.faults = [];
    this.ending = false;
    this.stalled = false;
  }

  // Numbers a record and keeps it. It comes in JSON: what stands before its arguments, these, its value and what is behind.
  push(head, shown, value, tail) {
    this.wait();
    const seq = ++this.seq;
    let text = `[${seq},${head},${shown},${value},${tail}]`;
    if (text.length > ENTRY) text = `[${seq},${head},[],{"characters":${text.length}},${tail}]`;
    this.ring.number(this.seq);
    if (!this.enter(text)) {
      this.lost.full++;
      return;
    }
    if (this.timer !== null) {
      if (this.waiting.length >= BATCH) this.flush();
      return;
    }
    const now = Date.now();
    if (now - this.quietSince > DELAY_MS) {
      this.flush();
    } else {
      this.timer = setTimeout(() => { this.timer = null; this.flush(); }, DELAY_MS);
    }
  }

  // Lets the caller wait while the ring is nearly full, so that a flood loses nothing. Sleeping gives the script lock away,
  // and confirmations come in. A harness that is frozen or gone holds nobody up for long, and not twice.
  wait() {
    if (this.ring.free > LOW || this.stalled) return;
    this.flush();
    const deadline = Date.now() + WAIT_MS;
    while (this.ring.free <= LOW) {
      if (Date.now() > deadline) {
        this.stalled = true; // until it confirms something
        return;
      }
      Thread.sleep(0.001);
    }
  }

  // A stack, ahead of the first record that names it. Whether there was room.
  tell(id, frames) {
    return this.enter(ascii({ stack: id, frames }));
  }

  enter(text) {
    const place = this.ring.put(text);
    if (place === null) return false;
    this.waiting.push(place);
    return true;
  }

  drop(cause) {
    this.ring.number(++this.seq);
    this.lost[cause]++;
  }

  // An error of our own. The app never sees it; the harness does.
  fault(where, error) {
    this.drop('fault');
    this.note(where, error);
  }

  note(where, error) {
    if (this.faults.length < 20) this.faults.push(`${where}: ${error.message} ${error.stack ?? ''}`);
  }

  flush() {
    this.quietSince = Date.now();
    const { ring, waiting } = this;
    let done = 0;
    while (done < waiting.length && this.inFlight() < UNCONFIRMED) {
      const { from } = waiting[done];
      let { to } = waiting[done++];
      while (done < waiting.length && waiting[done].from === to && to - from < CHUNK && to % ring.capacity !== 0) to = waiting[done++].to;
      this.unconfirmed.push({ n: ++this.sent, from, to });
      send({ type: 'batch', n: this.sent }, ring.read(from, to));
    }
    if (done > 0) this.waiting = waiting.slice(done);
  }

  inFlight() {
    const { unconfirmed } = this;
    return unconfirmed.length === 0 ? 0 : unconfirmed[unconfirmed.length - 1].to - unconfirmed[0].from;
  }

  ack(n) {
    let done = 0;
    while (done < this.unconfirmed.length && this.unconfirmed[done].n <= n) done++;
    if (done === 0) return;
    this.stalled = false;
    this.ring.release(this.unconfirmed[done - 1].to);
    this.unconfirmed = this.unconfirmed.slice(done);
    if (this.waiting.length > 0 && this.timer === null) this.flush();
  }

  state() {
    const faults = this.faults;
    this.faults = [];
    return {
      seq: this.seq, held: this.waiting.length, sent: this.sent, lost: { ...this.lost }, nested: this.nested, skipped: this.skipped, ending: this.ending, faults,
    };
  }
}

const BEYOND_ASCII = /[\u007f-\uffff]/g;

// JSON without a byte beyond ASCII: its length is its size, and half a surrogate pair can be written down.
export function ascii(value) {
  return JSON.stringify(value).replace(BEYOND_ASCII, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
