// Records in a mapped file: there before the hooked call returns, and still there after a SIGKILL.
// docs/hook-journal.md has the layout.

export const CAPACITY = 4 << 20;
const HEADER = 64;
const MAGIC = 'HRNSRING';
const PAD = 0xffffffff;
const O_RDWR = 2;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
const O_CLOEXEC = 0o2000000;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

export class Ring {
  constructor(capacity = CAPACITY) {
    this.capacity = capacity;
    this.where = 'memory: not asked for';
    this.base = Memory.alloc(HEADER + capacity);
    this.begin();
  }

  begin() {
    this.base.writeUtf8String(MAGIC); // its zero byte is the first of the capacity, written next
    this.base.add(8).writeU64(this.capacity);
    this.headField = this.base.add(16);
    this.tailField = this.base.add(24);
    this.numberField = this.base.add(32);
    this.data = this.base.add(HEADER);
    this.head = 0;
    this.tail = 0;
    this.headField.writeU64(0);
    this.tailField.writeU64(0);
    this.numberField.writeU64(0);
  }

  // Moves the ring, empty still, into a file. Where that cannot be, it stays in memory and `where` says why.
  openFile(path) {
    try {
      this.base = mapped(path, HEADER + this.capacity);
      this.where = path;
      this.begin();
    } catch (e) {
      this.where = `memory: ${e.message}`;
    }
  }

  get free() {
    return this.capacity - (this.head - this.tail);
  }

  // Puts one entry in: its first byte and the first behind it, as places in the stream; null where there is no room.
  put(ascii) {
    const need = (4 + ascii.length + 1 + 3) & ~3;
    let at = this.head;
    let offset = at % this.capacity;
    const rest = this.capacity - offset;
    const pad = rest < need ? rest : 0;
    if (pad + need > this.free) return null;
    if (pad > 0) {
      this.data.add(offset).writeU32(PAD);
      at += pad;
      offset = 0;
    }
    const place = this.data.add(offset);
    place.writeU32(ascii.length);
    place.add(4).writeUtf8String(ascii);
    this.head = at + need;
    this.headField.writeU64(this.head);
    return { from: at, to: this.head };
  }

  number(seq) {
    this.numberField.writeU64(seq);
  }

  // The bytes of entries that stand in one row.
  read(from, to) {
    return this.data.add(from % this.capacity).readByteArray(to - from);
  }

  release(to) {
    this.tail = to;
    this.tailField.writeU64(to);
  }
}

function mapped(path, size) {
  const libc = (name, ret, args) => {
    const address = Module.findGlobalExportByName(name);
    if (address === null) throw new Error(`no ${name}`);
    return new SystemFunction(address, ret, args);
  };
  const open = libc('open', 'int', ['pointer', 'int', '...', 'int']);
  const close = libc('close', 'int', ['int']);
  const allocate = libc('posix_fallocate', 'int', ['int', 'int64', 'int64']);
  const mmap = libc('mmap', 'pointer', ['pointer', 'size_t', 'int', 'int', 'int', 'int64']);
  const file = open(Memory.allocUtf8String(path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600);
  if (file.value < 0) throw new Error(`${path} cannot be made (errno ${file.errno})`);
  try {
    const failed = allocate(file.value, 0, size).value;
    if (failed !== 0) throw new Error(`no room for ${path} (errno ${failed})`);
    const got = mmap(NULL, size, PROT_READ_WRITE, MAP_SHARED, file.value, 0);
    if (got.value.equals(ptr(-1))) throw new Error(`${path} cannot be mapped (errno ${got.errno})`);
    return got.value;
  } finally {
    close(file.value);
  }
}
