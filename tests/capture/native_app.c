/* What a library of an app's own does. Declared by hand, so that no header of a JDK is needed. */

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void *(*FindClass)(void *, const char *);
typedef int (*ThrowNew)(void *, void *, const char *);

static int look(const char *path) { return access(path, F_OK); }

int Java_com_example_shop_Native_reads(void *env, void *self, int times) {
  int found = 0;
  for (int i = 0; i < times; i++) found += look("/proc/self/status") == 0;
  return found;
}

int Java_com_example_shop_Native_opens(void *env, void *self, int there) {
  int file = open(there ? "/proc/self/status" : "/proc/none", O_RDONLY);
  if (file >= 0) close(file);
  return file >= 0;
}

/* A child that looks round, as those do that watch for debuggers; its status. */
int Java_com_example_shop_Native_forks(void *env, void *self, int times) {
  int status = -1;
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < times; i++) look("/proc/self/status");
    _exit(7);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

/* An exception is on its way when the library looks for a file. */
void Java_com_example_shop_Native_throwing(void ***env, void *self) {
  void *type = ((FindClass)(*env)[6])(env, "java/lang/IllegalStateException");
  ((ThrowNew)(*env)[14])(env, type, "from C");
  look("/proc/self/status");
}
