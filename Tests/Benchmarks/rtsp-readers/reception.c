/* Receives pictures and keeps the figures. */
#include "readers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

void fail(const char *what, const char *more) {
  fprintf(stderr, "rtsp-readers: %s %s\n", what, more ? more : "");
  exit(1);
}

int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- Samples */

void add(samples *all, double value) {
  if (all->count == all->room) {
    all->room = all->room ? 2 * all->room : 4096;
    all->values = realloc(all->values, all->room * sizeof(double));
    if (!all->values) fail("no memory", NULL);
  }
  all->values[all->count++] = value;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double at_share(const samples *all, double share) {
  return all->count ? all->values[(size_t)(share * (double)(all->count - 1) + 0.5)] : 0;
}

void print_spread(const char *name, samples *all) {
  qsort(all->values, all->count, sizeof(double), ascending);
  printf("\"%s\":{\"count\":%zu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name,
         all->count, at_share(all, .5), at_share(all, .9), at_share(all, .99), at_share(all, 1));
}

/* ---- Pictures; `lock` is held */

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
reception total;

/* When a picture, known by its last bytes and its size, was first complete anywhere. */
enum { KNOWN = 1 << 14 };
static struct { uint64_t key; int64_t at; } known[KNOWN];

static int64_t first_complete(uint64_t key, int64_t at) {
  size_t index = key % KNOWN;
  /* An entry of seconds ago has done its service. */
  while (known[index].key && known[index].key != key && at - known[index].at < 5000000000)
    index = (index + 1) % KNOWN;
  if (known[index].key != key) {
    known[index].key = key;
    known[index].at = at;
  }
  return known[index].at;
}

static uint64_t key_of(const uint8_t *payload, size_t length, uint64_t picture_bytes) {
  uint64_t key = 0xcbf29ce484222325 ^ picture_bytes;
  for (size_t i = length > 64 ? length - 64 : 0; i < length; i++)
    key = (key ^ payload[i]) * 0x100000001b3;
  return key | 1;
}

static void picture_complete(viewer *v, uint64_t key, int64_t at) {
  v->pictures++;
  if (v->is_idr && !v->first_idr_at) v->first_idr_at = at;
  if (!v->is_idr && !v->first_idr_at) v->pictures_before_idr++;
  if (total.is_measuring) {
    total.pictures++;
    total.idrs += v->is_idr;
    add(&total.skews, (double)(at - first_complete(key, at)) / 1e6);
    if (v->last_at) add(&total.gaps, (double)(at - v->last_at) / 1e6);
  }
  if (total.is_printing)
    printf("%lld %lld %llu %d %u\n", (long long)v->first_at, (long long)at,
           (unsigned long long)v->bytes, v->is_idr, v->timestamp);
  v->last_at = at;
  v->first_at = 0;
  v->bytes = 0;
  v->is_idr = false;
}

static void write_unit(const uint8_t *bytes, size_t length, bool begins) {
  static const uint8_t start_code[4] = {0, 0, 0, 1};
  if (begins) fwrite(start_code, 1, 4, total.stream_file);
  fwrite(bytes, 1, length, total.stream_file);
}

static void write_payload(const uint8_t *p, size_t n) {
  if ((p[0] & 31) == 24) {
    for (size_t at = 1; at + 2 < n;) {
      size_t length = (size_t)p[at] << 8 | p[at + 1];
      if (at + 2 + length > n) return;
      write_unit(p + at + 2, length, true);
      at += 2 + length;
    }
  } else if ((p[0] & 31) == 28) {
    uint8_t header = (uint8_t)((p[0] & 0xE0) | (p[1] & 31));
    if (p[1] & 0x80) write_unit(&header, 1, true);
    write_unit(p + 2, n - 2, false);
  } else {
    write_unit(p, n, true);
  }
}

static void packet(viewer *v, const uint8_t *rtp, size_t length, int64_t at) {
  if (length < RTP_HEADER + 2) return;
  const uint8_t *payload = rtp + RTP_HEADER;
  size_t count = length - RTP_HEADER;
  uint16_t sequence = (uint16_t)(rtp[2] << 8 | rtp[3]);
  if (total.is_measuring) {
    total.bytes += length;
    if (v->has_sequence) total.lost_packets += (uint16_t)(sequence - v->sequence - 1);
  }
  v->has_sequence = true;
  v->sequence = sequence;
  v->timestamp =
      (uint32_t)rtp[4] << 24 | (uint32_t)rtp[5] << 16 | (uint32_t)rtp[6] << 8 | rtp[7];
  if (!v->first_packet_at) v->first_packet_at = at;
  if (!v->first_at) v->first_at = at;
  v->bytes += count;
  unsigned type = payload[0] & 31;
  if (type == 28) type = payload[1] & 31;
  if (type == 5) v->is_idr = true;
  if (total.stream_file && (v->first_idr_at || type == 24 || type == 7 || type == 8 || type == 5))
    write_payload(payload, count);
  if (rtp[1] & 0x80) picture_complete(v, key_of(payload, count, v->bytes), at);
}

/* Takes whole frames from the front; returns how many bytes they were. */
size_t frames(viewer *v, const uint8_t *bytes, size_t count, int64_t at) {
  size_t used = 0;
  while (count - used >= FRAMING) {
    const uint8_t *frame = bytes + used;
    if (frame[0] != '$') {
      /* An answer, for example to TEARDOWN; those asked for here have no body. */
      const uint8_t *end = memmem(frame, count - used, "\r\n\r\n", 4);
      if (memcmp(frame, "RTSP", 4) != 0) {
        total.framing_losses++;
        v->is_gone = true;
        return count;
      }
      if (!end) break;
      used += (size_t)(end - frame) + 4;
      continue;
    }
    size_t length = (size_t)frame[2] << 8 | frame[3];
    if (count - used < FRAMING + length) break;
    if (frame[1] == 0) packet(v, frame + FRAMING, length, at);
    used += FRAMING + length;
  }
  return used;
}

void keep(viewer *v, const uint8_t *bytes, size_t count) {
  if (!v->rest) v->rest = malloc(LARGEST_FRAME);
  if (!v->rest || count > LARGEST_FRAME) fail("frame too long", NULL);
  memcpy(v->rest, bytes, count);
  v->rest_length = count;
}

void receive_tcp(viewer *v) {
  static uint8_t buffer[ROOM];
  size_t have = v->rest_length;
  if (have) memcpy(buffer, v->rest, have);
  ssize_t count = recv(v->tcp, buffer + have, ROOM - have, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    v->is_gone = true;
    total.closed++;
    return;
  }
  have += (size_t)count;
  size_t used = frames(v, buffer, have, now_ns());
  v->rest_length = 0;
  if (used < have) keep(v, buffer + used, have - used);
}

void receive_udp(viewer *v) {
  enum { BATCH = 64, SIZE = 2048 };
  static uint8_t buffers[BATCH][SIZE];
  struct mmsghdr messages[BATCH] = {0};
  struct iovec parts[BATCH];
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){buffers[i], SIZE};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int count = recvmmsg(v->rtp, messages, BATCH, MSG_DONTWAIT, NULL);
  int64_t at = now_ns();
  for (int i = 0; i < count; i++) packet(v, buffers[i], messages[i].msg_len, at);
}
