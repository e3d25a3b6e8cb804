/* Cheap RTSP readers for measurements: they must not take the processor from what they measure.
 *
 *   rtsp-readers joins URL COUNT LEAST_MS MOST_MS   first RTP packet and first whole IDR
 *   rtsp-readers watch URL COUNT [udp]              many viewers; "start", "stop" on standard input
 *   rtsp-readers pictures URL SECONDS [FILE]        one viewer; a line per picture, H.264 in FILE
 *
 * One thread opens viewers, one receives for all (epoll, one buffer). Times are CLOCK_MONOTONIC.
 * Written from RFC 2326, 3550 and 6184, independently of the bridge's own code.
 * Build, in this folder: cc -O2 -pthread -o rtsp-readers main.c reception.c session.c
 */
#include "readers.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/* What came with the answer to PLAY. */
static void take_rest(viewer *v) {
  if (!v->rest_length) return;
  size_t used = frames(v, v->rest, v->rest_length, now_ns());
  memmove(v->rest, v->rest + used, v->rest_length -= used);
}

static bool receive(viewer *v, int timeout_ms) {
  struct pollfd ready[2] = {{v->tcp, POLLIN, 0}, {v->rtp, POLLIN, 0}};
  if (poll(ready, v->rtp >= 0 ? 2 : 1, timeout_ms) <= 0) return false;
  if (ready[0].revents) receive_tcp(v);
  if (v->rtp >= 0 && ready[1].revents) receive_udp(v);
  return !v->is_gone;
}

/* ---- joins */

static int joins(const char *url, long count, long least_ms, long most_ms) {
  samples to_packet = {0}, to_idr = {0};
  unsigned failures = 0, before_idr = 0;
  srand(7);
  for (long i = 0; i < count; i++) {
    long span = most_ms - least_ms;
    usleep((useconds_t)(1000 * (least_ms + (span > 0 ? rand() % span : 0))));
    int64_t begin = now_ns();
    viewer *v = play(url, false);
    take_rest(v);
    while (!v->first_idr_at && now_ns() - begin < 20000000000 && receive(v, 1000)) {}
    if (v->first_idr_at) {
      add(&to_packet, (double)(v->first_packet_at - begin) / 1e6);
      add(&to_idr, (double)(v->first_idr_at - begin) / 1e6);
      before_idr += v->pictures_before_idr;
    } else {
      failures++;
    }
    leave(v, url);
  }
  printf("{");
  print_spread("firstPacketMs", &to_packet);
  printf(",");
  print_spread("firstIDRMs", &to_idr);
  printf(",\"failures\":%u,\"picturesBeforeIDR\":%u}\n", failures, before_idr);
  return 0;
}

/* ---- watch */

static int poller;

static void *receive_for_all(void *nothing) {
  struct epoll_event events[256];
  for (;;) {
    int count = epoll_wait(poller, events, 256, -1);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < count; i++) {
      viewer *v = events[i].data.ptr;
      if (v->is_gone) continue;
      if (v->rtp >= 0) receive_udp(v); else receive_tcp(v);
      if (v->is_gone) epoll_ctl(poller, EPOLL_CTL_DEL, v->tcp, NULL);
    }
    pthread_mutex_unlock(&lock);
  }
  return nothing;
}

static int watch(const char *url, long count, bool over_udp) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = epoll_create1(0);
  pthread_t thread;
  pthread_create(&thread, NULL, receive_for_all, NULL);
  viewer **all = calloc((size_t)count, sizeof *all);
  for (long i = 0; i < count; i++) {
    viewer *v = all[i] = play(url, over_udp);
    pthread_mutex_lock(&lock);
    take_rest(v);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    epoll_ctl(poller, EPOLL_CTL_ADD, over_udp ? v->rtp : v->tcp, &event);
    pthread_mutex_unlock(&lock);
  }
  printf("ready\n");
  fflush(stdout);
  char line[64];
  int64_t begin = 0;
  while (fgets(line, sizeof line, stdin)) {
    pthread_mutex_lock(&lock);
    if (strncmp(line, "start", 5) == 0) {
      begin = now_ns();
      total.closed = 0;
      total.is_measuring = true;
    } else if (strncmp(line, "stop", 4) == 0) {
      break;
    }
    pthread_mutex_unlock(&lock);
  }
  double seconds = (double)(now_ns() - begin) / 1e9;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"viewers\":%ld,\"seconds\":%.3f,\"pictures\":%llu,\"idrs\":%llu,\"bytes\":%llu,", count,
         seconds, (unsigned long long)total.pictures, (unsigned long long)total.idrs,
         (unsigned long long)total.bytes);
  printf("\"lostPackets\":%llu,\"framingLosses\":%llu,\"closed\":%llu,\"readerCPUSeconds\":%.3f,",
         (unsigned long long)total.lost_packets, (unsigned long long)total.framing_losses,
         (unsigned long long)total.closed,
         (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  print_spread("skewMs", &total.skews);
  printf(",");
  print_spread("gapMs", &total.gaps);
  printf("}\n");
  fflush(stdout);
  for (long i = 0; i < count; i++) leave(all[i], url);
  _exit(0);
}

/* ---- pictures */

static int pictures(const char *url, double seconds, const char *file) {
  if (file && !(total.stream_file = fopen(file, "wb"))) fail("cannot write", file);
  int64_t end = now_ns() + (int64_t)(seconds * 1e9);
  viewer *v = play(url, false);
  total.is_printing = true;
  take_rest(v);
  while (now_ns() < end && !v->is_gone) receive(v, 100);
  leave(v, url);
  if (total.stream_file) fclose(total.stream_file);
  return 0;
}

int main(int count, char **words) {
  if (count == 6 && strcmp(words[1], "joins") == 0)
    return joins(words[2], atol(words[3]), atol(words[4]), atol(words[5]));
  if (count >= 4 && strcmp(words[1], "watch") == 0)
    return watch(words[2], atol(words[3]), count > 4 && strcmp(words[4], "udp") == 0);
  if (count >= 4 && strcmp(words[1], "pictures") == 0)
    return pictures(words[2], atof(words[3]), count > 4 ? words[4] : NULL);
  fprintf(stderr, "usage: see the top of main.c\n");
  return 64;
}
