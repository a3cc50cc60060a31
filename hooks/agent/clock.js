// The device's wall clock in nanoseconds. A double holds whole nanoseconds for 104 days, so times
// are told as the distance from a base that is sent once, as text.

const SOURCE = `
#include <glib.h>
typedef struct { glong seconds; glong nanoseconds; } Spec;
extern int clock_gettime (int clock, Spec * spec);
double since (double base)
{
  Spec now;
  clock_gettime (0, &now); /* CLOCK_REALTIME */
  return ((double) now.seconds - base) * 1e9 + (double) now.nanoseconds;
}
`;

export class Clock {
  constructor() {
    const address = Module.findGlobalExportByName('clock_gettime');
    this.source = address === null ? 'Date' : 'clock_gettime';
    const seconds = Math.floor(Date.now() / 1000);
    this.base = `${seconds}000000000`;
    // Nanoseconds since `base`.
    this.now = address === null ? () => (Date.now() - seconds * 1000) * 1e6 : this.inC(address, seconds);
  }

  inC(address, seconds) {
    this.module = new CModule(SOURCE, { clock_gettime: address });
    const since = new NativeFunction(this.module.since, 'double', ['double'], { scheduling: 'exclusive' });
    return () => since(seconds);
  }
}
