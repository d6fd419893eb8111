/*
 * Loaded into one process by LD_PRELOAD: kills it, interrupts it, or makes a call fail, at the nth call of one kind, counted over all its threads.
 * With strace around it a start of mlo costs twice as much CPU, and strace counts each thread by itself.
 *
 *   MLO_INJECT="rename 3 kill"      the process is killed with -9 in place of its third rename
 *   MLO_INJECT="pwrite64 2 28"      its second pwrite64 fails with that errno and does nothing; "2+": that one and all later ones
 *   MLO_INJECT="write 1 interrupt"  it gets a SIGINT, as by Ctrl-C, right before its first write
 *   MLO_INJECT_COUNTS=/path         how often each call was made (whatever becomes of the process): a uint64 each, in the order of CALLS
 *
 * Both variables and LD_PRELOAD are taken out of the environment at once: what the process starts is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel names them; inject.ts has the same order. */
#define CALLS(X)                                                                                                              \
  X(write) X(pwrite64) X(rename) X(unlink) X(mkdir) X(rmdir) X(link) X(symlink) X(fsync) X(fdatasync) X(fchmod) X(chmod)    \
  X(ftruncate) X(copy_file_range)

#define NUMBER(name) CALL_##name,
#define NAME(name) #name,
enum { CALLS(NUMBER) CALL_COUNT };
static const char *const names[CALL_COUNT] = {CALLS(NAME)};

static unsigned long own_counts[CALL_COUNT];
static unsigned long *counts = own_counts;
static int hit_call = -1;
static unsigned long hit_nth;
static int hit_later;
static int hit_errno; /* 0: kill; INTERRUPT: the call is made */

#define INTERRUPT (-1)

static void broken(const char *what) {
  fprintf(stderr, "inject.c: %s\n", what);
  abort();
}

static void read_fault(const char *text) {
  char call[32], action[32], plus[2] = "";
  if (sscanf(text, "%31s %lu%1[+] %31s", call, &hit_nth, plus, action) != 4 && sscanf(text, "%31s %lu %31s", call, &hit_nth, action) != 3)
    broken("MLO_INJECT cannot be read");
  hit_later = plus[0] == '+';
  hit_errno = strcmp(action, "kill") == 0 ? 0 : strcmp(action, "interrupt") == 0 ? INTERRUPT : atoi(action);
  for (int each = 0; each < CALL_COUNT; each += 1)
    if (strcmp(names[each], call) == 0) hit_call = each;
  if (hit_call < 0) broken("MLO_INJECT names an unknown call");
}

/* Shared with the file, so that the counts outlive a kill. */
static void open_counts(const char *path) {
  const int file = open(path, O_RDWR);
  void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof own_counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) broken("MLO_INJECT_COUNTS cannot be opened");
  close(file);
  counts = mapped;
}

__attribute__((constructor)) static void start(void) {
  const char *fault = getenv("MLO_INJECT");
  const char *path = getenv("MLO_INJECT_COUNTS");
  if (path != NULL) open_counts(path);
  if (fault != NULL) read_fault(fault);
  unsetenv("MLO_INJECT");
  unsetenv("MLO_INJECT_COUNTS");
  unsetenv("LD_PRELOAD");
}

/* 1 where the call is to fail, with errno set. */
static int fails(int call) {
  const unsigned long nth = __atomic_add_fetch(&counts[call], 1, __ATOMIC_RELAXED);
  if (call != hit_call || (hit_later ? nth < hit_nth : nth != hit_nth)) return 0;
  if (hit_errno == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  if (hit_errno == INTERRUPT) {
    kill(getpid(), SIGINT);
    return 0;
  }
  errno = hit_errno;
  return 1;
}

/* A function of the C library: `call` is what the kernel calls it. */
#define WRAP(type, function, call, parameters, arguments)                   \
  type function parameters {                                                \
    static type(*real) parameters;                                          \
    if (fails(CALL_##call)) return -1;                                      \
    if (real == NULL) real = (type(*) parameters)dlsym(RTLD_NEXT, #function); \
    return real arguments;                                                  \
  }

WRAP(ssize_t, pwrite, pwrite64, (int file, const void *bytes, size_t length, off_t at), (file, bytes, length, at))
WRAP(ssize_t, pwrite64, pwrite64, (int file, const void *bytes, size_t length, off64_t at), (file, bytes, length, at))
WRAP(int, rename, rename, (const char *from, const char *to), (from, to))
WRAP(int, unlink, unlink, (const char *path), (path))
/* By which C++ deletes a file, and fs.rmSync with it. */
WRAP(int, remove, unlink, (const char *path), (path))
WRAP(int, mkdir, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, rmdir, rmdir, (const char *path), (path))
WRAP(int, link, link, (const char *from, const char *to), (from, to))
WRAP(int, symlink, symlink, (const char *target, const char *path), (target, path))
WRAP(int, fsync, fsync, (int file), (file))
WRAP(int, fdatasync, fdatasync, (int file), (file))
WRAP(int, fchmod, fchmod, (int file, mode_t mode), (file, mode))
WRAP(int, chmod, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(int, ftruncate, ftruncate, (int file, off_t length), (file, length))
WRAP(int, ftruncate64, ftruncate, (int file, off64_t length), (file, length))

/* Only what goes into a file counts: with most writes Node wakes a thread or prints, and the disk is then as it is at the next call. */
ssize_t write(int file, const void *bytes, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  struct stat stat;
  const int before = errno;
  if (fstat(file, &stat) == 0 && S_ISREG(stat.st_mode) && fails(CALL_write)) return -1;
  errno = before;
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return real(file, bytes, length);
}

/* libuv copies files by the bare system call. */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  long a[6];
  __builtin_va_list list;
  __builtin_va_start(list, number);
  for (int each = 0; each < 6; each += 1) a[each] = __builtin_va_arg(list, long);
  __builtin_va_end(list);
  if (number == SYS_copy_file_range && fails(CALL_copy_file_range)) return -1;
  if (real == NULL) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
