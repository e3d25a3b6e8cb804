#pragma once
#include <sys/prctl.h>
#include <sys/socket.h>
#include <netinet/in.h>

// prctl is variadic, and Swift cannot call variadic C functions.
static inline int liveview_set_thread_name(const char *name) {
  return prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}
