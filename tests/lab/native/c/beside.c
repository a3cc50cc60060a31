// What libprobe.so opens by itself.

int doubled(int value) { return 2 * value; }
