// Code that the app loads while it runs (plugins, hot fixes): when a class loader is made, the hooks of the app's own classes are
// tried there, too. What runs in the first milliseconds after the loader was made may come before them.

const MAKERS = { art: ['dalvik.system.BaseDexClassLoader'], jvm: ['java.net.URLClassLoader'] };
const SETTLE_MS = 20;

export class Late {
  // `found(reports)` is told what was hooked in a new loader.
  constructor({ session, java, recorder, outbox, found }) {
    Object.assign(this, { session, java, recorder, outbox, found });
    this.loaders = [];
    this.waiting = false;
  }

  install() {
    const { world } = this.session;
    for (const className of MAKERS[world.flavor] ?? MAKERS.art) {
      this.session.swapAll({ className, method: '$init' }, (target) => (env, self, ...args) => {
        const result = target.call(env, self, args);
        if (this.session.jni.exceptionCheck(env) === 0) this.made(self);
        return result;
      });
    }
  }

  made(handle) {
    const t = this.recorder.thread(Process.getCurrentThreadId());
    if (t.busy) return;
    t.busy = true;
    try {
      this.session.world.vm.perform(() => this.loaders.push(this.session.world.retained(handle)));
      if (!this.waiting) {
        this.waiting = true;
        setTimeout(() => this.look(), 0);
      }
    } catch (e) {
      this.outbox.note('a new class loader', e);
    } finally {
      t.busy = false;
    }
  }

  look() {
    this.waiting = false;
    const loaders = this.loaders.splice(0);
    const { session } = this;
    const reports = [];
    try {
      session.world.vm.perform(() => {
        for (const loader of loaders) reports.push(...session.installIn(loader));
      });
    } catch (e) {
      this.outbox.note('hooks in a new class loader', e);
    }
    if (reports.length === 0) return;
    setTimeout(() => {
      session.world.vm.perform((env) => { env.exceptionOccurred(); }); // as after the first patches (index.js)
      this.found(reports);
    }, SETTLE_MS);
  }
}
