// The device's wall clock in nanoseconds. A double holds whole nanoseconds for 104 days, so times
// are told as the distance from a base that is sent once, as text.

const CLOCK_REALTIME = 0;

export class Clock {
  constructor() {
    const address = Module.findGlobalExportByName('clock_gettime');
    this.source = address === null ? 'Date' : 'clock_gettime';
    if (address !== null) {
      this.spec = Memory.alloc(16);
      this.nsec = this.spec.add(Process.pointerSize);
      this.wide = Process.pointerSize === 8;
      this.gettime = new NativeFunction(address, 'int', ['int', 'pointer'], { scheduling: 'exclusive' });
    }
    const [s] = this.read();
    this.baseSeconds = s;
    this.base = `${s}000000000`;
  }

  read() {
    if (this.source === 'Date') {
      const ms = Date.now();
      return [Math.floor(ms / 1000), (ms % 1000) * 1e6];
    }
    this.gettime(CLOCK_REALTIME, this.spec);
    if (this.wide) return [this.spec.readS64().toNumber(), this.nsec.readS64().toNumber()];
    return [this.spec.readS32(), this.nsec.readS32()];
  }

  // Nanoseconds since `base`.
  now() {
    const [s, ns] = this.read();
    return (s - this.baseSeconds) * 1e9 + ns;
  }
}
