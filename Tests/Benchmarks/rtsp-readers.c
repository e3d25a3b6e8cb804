/* Cheap RTSP readers for measurements: they must not take the processor from what they measure.
 *
 *   rtsp-readers joins URL COUNT LEAST_MS MOST_MS   first RTP packet and first whole IDR
 *   rtsp-readers watch URL COUNT [udp]              many viewers; "start", "stop" on standard input
 *   rtsp-readers pictures URL SECONDS [FILE]        one viewer; a line per picture, H.264 in FILE
 *
 * One thread opens viewers, one receives for all (epoll, one buffer). Times are CLOCK_MONOTONIC.
 * Written from RFC 2326, 3550 and 6184, independently of the bridge's own code.
 * Build: cc -O2 -pthread -o rtsp-readers rtsp-readers.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAMING = 4, RTP_HEADER = 12, LARGEST_FRAME = FRAMING + 65535, ROOM = 1 << 19 };

typedef struct viewer {
  int tcp, rtp, rtcp;
  unsigned cseq;
  char session[128], track[1024];
  /* What was received of a frame that is not whole. */
  uint8_t *rest;
  size_t rest_length;
  /* The picture at hand. */
  int64_t first_at, last_at;
  uint64_t bytes;
  bool is_idr, has_sequence, is_gone;
  uint16_t sequence;
  uint32_t timestamp;
  /* Since PLAY was answered. */
  uint64_t pictures;
  int64_t first_packet_at, first_idr_at;
  unsigned pictures_before_idr;
} viewer;

static void fail(const char *what, const char *more) {
  fprintf(stderr, "rtsp-readers: %s %s\n", what, more ? more : "");
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- Samples */

typedef struct {
  double *values;
  size_t count, room;
} samples;

static void add(samples *all, double value) {
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

static void print_spread(const char *name, samples *all) {
  qsort(all->values, all->count, sizeof(double), ascending);
  printf("\"%s\":{\"count\":%zu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name,
         all->count, at_share(all, .5), at_share(all, .9), at_share(all, .99), at_share(all, 1));
}

/* ---- Pictures; `lock` is held */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_measuring, is_printing;
static FILE *stream_file;
static samples skews, gaps;
static uint64_t total_pictures, total_idrs, total_bytes, lost_packets, framing_losses, closed;

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
  if (is_measuring) {
    total_pictures++;
    total_idrs += v->is_idr;
    add(&skews, (double)(at - first_complete(key, at)) / 1e6);
    if (v->last_at) add(&gaps, (double)(at - v->last_at) / 1e6);
  }
  if (is_printing)
    printf("%lld %lld %llu %d %u\n", (long long)v->first_at, (long long)at,
           (unsigned long long)v->bytes, v->is_idr, v->timestamp);
  v->last_at = at;
  v->first_at = 0;
  v->bytes = 0;
  v->is_idr = false;
}

static void write_unit(const uint8_t *bytes, size_t length, bool begins) {
  static const uint8_t start_code[4] = {0, 0, 0, 1};
  if (begins) fwrite(start_code, 1, 4, stream_file);
  fwrite(bytes, 1, length, stream_file);
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
  if (is_measuring) {
    total_bytes += length;
    if (v->has_sequence) lost_packets += (uint16_t)(sequence - v->sequence - 1);
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
  if (stream_file && (v->first_idr_at || type == 24 || type == 7 || type == 8 || type == 5))
    write_payload(payload, count);
  if (rtp[1] & 0x80) picture_complete(v, key_of(payload, count, v->bytes), at);
}

/* Takes whole frames from the front; returns how many bytes they were. */
static size_t frames(viewer *v, const uint8_t *bytes, size_t count, int64_t at) {
  size_t used = 0;
  while (count - used >= FRAMING) {
    const uint8_t *frame = bytes + used;
    if (frame[0] != '$') {
      /* An answer, for example to TEARDOWN; those asked for here have no body. */
      const uint8_t *end = memmem(frame, count - used, "\r\n\r\n", 4);
      if (memcmp(frame, "RTSP", 4) != 0) {
        framing_losses++;
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

static void keep(viewer *v, const uint8_t *bytes, size_t count) {
  if (!v->rest) v->rest = malloc(LARGEST_FRAME);
  if (!v->rest || count > LARGEST_FRAME) fail("frame too long", NULL);
  memcpy(v->rest, bytes, count);
  v->rest_length = count;
}

static void receive_tcp(viewer *v) {
  static uint8_t buffer[ROOM];
  size_t have = v->rest_length;
  if (have) memcpy(buffer, v->rest, have);
  ssize_t count = recv(v->tcp, buffer + have, ROOM - have, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    v->is_gone = true;
    closed++;
    return;
  }
  have += (size_t)count;
  size_t used = frames(v, buffer, have, now_ns());
  v->rest_length = 0;
  if (used < have) keep(v, buffer + used, have - used);
}

static void receive_udp(viewer *v) {
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

/* ---- RTSP */

typedef struct {
  char text[16384];
  size_t length;
} reply;

static void read_more(viewer *v, reply *r) {
  struct pollfd ready = {v->tcp, POLLIN, 0};
  if (poll(&ready, 1, 15000) <= 0) fail("no answer within 15 s", NULL);
  ssize_t count = recv(v->tcp, r->text + r->length, sizeof r->text - 1 - r->length, 0);
  if (count <= 0) fail("the server closed the connection", NULL);
  r->length += (size_t)count;
  r->text[r->length] = 0;
}

/* The value of a header field, copied; false if there is none. */
static bool field(const char *head, const char *name, char *value, size_t room) {
  const char *line = strcasestr(head, name);
  if (!line) return false;
  line += strlen(name);
  line += strspn(line, " ");
  size_t length = strcspn(line, "\r\n");
  if (length >= room) length = room - 1;
  memcpy(value, line, length);
  value[length] = 0;
  return true;
}

/* Sends a request; `r` is its answer with body. What follows it is kept for frames(). */
static void ask(viewer *v, reply *r, const char *method, const char *url, const char *extra) {
  char request[4096];
  int length = snprintf(request, sizeof request, "%s %s RTSP/1.0\r\nCSeq: %u\r\n%s%s%s%s\r\n",
                        method, url, ++v->cseq, v->session[0] ? "Session: " : "", v->session,
                        v->session[0] ? "\r\n" : "", extra);
  if (send(v->tcp, request, (size_t)length, MSG_NOSIGNAL) != length) fail("cannot send", method);
  r->length = 0;
  r->text[0] = 0;
  char *end;
  for (;;) {
    /* A server may send its first report before the answer to PLAY. */
    while (r->length >= FRAMING && r->text[0] == '$') {
      size_t frame = FRAMING + ((size_t)(uint8_t)r->text[2] << 8 | (uint8_t)r->text[3]);
      if (r->length < frame) break;
      memmove(r->text, r->text + frame, r->length -= frame);
      r->text[r->length] = 0;
    }
    if (r->length && r->text[0] != '$' && (end = strstr(r->text, "\r\n\r\n"))) break;
    read_more(v, r);
  }
  if (strncmp(r->text, "RTSP/1.0 200", 12) != 0) fail(method, r->text);
  char value[64];
  *end = 0;
  size_t body = field(r->text, "\nContent-Length:", value, sizeof value) ? strtoul(value, 0, 10) : 0;
  *end = '\r';
  size_t whole = (size_t)(end - r->text) + 4 + body;
  while (r->length < whole) read_more(v, r);
  if (r->length > whole) keep(v, (uint8_t *)r->text + whole, r->length - whole);
  r->text[whole] = 0;
}

static int open_port(uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0) {
    close(fd);
    return -1;
  }
  int room = 1 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  return fd;
}

static uint16_t open_ports(viewer *v) {
  static uint16_t next = 41000;
  for (int attempt = 0; attempt < 5000; attempt++) {
    uint16_t port = next;
    next = next >= 59998 ? 41000 : (uint16_t)(next + 2);
    if ((v->rtp = open_port(port)) < 0) continue;
    if ((v->rtcp = open_port((uint16_t)(port + 1))) >= 0) return port;
    close(v->rtp);
  }
  fail("no free UDP ports", NULL);
  return 0;
}

static int connect_to(const char *url) {
  char host[128], port[8] = "554";
  if (sscanf(url, "rtsp://%127[^:/]:%7[0-9]", host, port) < 1) fail("not an RTSP URL:", url);
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, port, &hints, &found) != 0) fail("no such host", host);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) fail("cannot connect to", url);
  freeaddrinfo(found);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* OPTIONS, DESCRIBE, SETUP and PLAY, as ordinary clients do. */
static viewer *play(const char *url, bool over_udp) {
  viewer *v = calloc(1, sizeof *v);
  reply *r = malloc(sizeof *r);
  if (!v || !r) fail("no memory", NULL);
  v->rtp = v->rtcp = -1;
  v->tcp = connect_to(url);
  ask(v, r, "OPTIONS", url, "");
  ask(v, r, "DESCRIBE", url, "Accept: application/sdp\r\n");
  char base[1024], transport[128];
  if (!field(r->text, "\nContent-Base:", base, sizeof base)) snprintf(base, sizeof base, "%s", url);
  const char *control = NULL;
  for (const char *at = r->text; (at = strstr(at, "a=control:")); at += 10) control = at + 10;
  if (!control) fail("no a=control in", r->text);
  int length = (int)strcspn(control, "\r\n");
  if (strncmp(control, "rtsp:", 5) == 0) {
    snprintf(v->track, sizeof v->track, "%.*s", length, control);
  } else {
    const char *slash = base[strlen(base) - 1] == '/' ? "" : "/";
    snprintf(v->track, sizeof v->track, "%.600s%s%.*s", base, slash, length, control);
  }
  if (over_udp) {
    unsigned port = open_ports(v);
    snprintf(transport, sizeof transport, "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", port,
             port + 1);
  } else {
    strcpy(transport, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
  }
  ask(v, r, "SETUP", v->track, transport);
  if (!field(r->text, "\nSession:", v->session, sizeof v->session)) fail("no session in", r->text);
  v->session[strcspn(v->session, ";")] = 0;
  ask(v, r, "PLAY", base, "Range: npt=0.000-\r\n");
  free(r);
  return v;
}

static void leave(viewer *v, const char *url) {
  char request[2048];
  int length = snprintf(request, sizeof request,
                        "TEARDOWN %s RTSP/1.0\r\nCSeq: %u\r\nSession: %s\r\n\r\n", url, ++v->cseq,
                        v->session);
  send(v->tcp, request, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(v->tcp);
  if (v->rtp >= 0) close(v->rtp), close(v->rtcp);
  free(v->rest);
  free(v);
}

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
      closed = 0;
      is_measuring = true;
    } else if (strncmp(line, "stop", 4) == 0) {
      break;
    }
    pthread_mutex_unlock(&lock);
  }
  double seconds = (double)(now_ns() - begin) / 1e9;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"viewers\":%ld,\"seconds\":%.3f,\"pictures\":%llu,\"idrs\":%llu,\"bytes\":%llu,", count,
         seconds, (unsigned long long)total_pictures, (unsigned long long)total_idrs,
         (unsigned long long)total_bytes);
  printf("\"lostPackets\":%llu,\"framingLosses\":%llu,\"closed\":%llu,\"readerCPUSeconds\":%.3f,",
         (unsigned long long)lost_packets, (unsigned long long)framing_losses,
         (unsigned long long)closed,
         (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  print_spread("skewMs", &skews);
  printf(",");
  print_spread("gapMs", &gaps);
  printf("}\n");
  fflush(stdout);
  for (long i = 0; i < count; i++) leave(all[i], url);
  _exit(0);
}

/* ---- pictures */

static int pictures(const char *url, double seconds, const char *file) {
  if (file && !(stream_file = fopen(file, "wb"))) fail("cannot write", file);
  int64_t end = now_ns() + (int64_t)(seconds * 1e9);
  viewer *v = play(url, false);
  is_printing = true;
  take_rest(v);
  while (now_ns() < end && !v->is_gone) receive(v, 100);
  leave(v, url);
  if (stream_file) fclose(stream_file);
  return 0;
}

int main(int count, char **words) {
  if (count == 6 && strcmp(words[1], "joins") == 0)
    return joins(words[2], atol(words[3]), atol(words[4]), atol(words[5]));
  if (count >= 4 && strcmp(words[1], "watch") == 0)
    return watch(words[2], atol(words[3]), count > 4 && strcmp(words[4], "udp") == 0);
  if (count >= 4 && strcmp(words[1], "pictures") == 0)
    return pictures(words[2], atof(words[3]), count > 4 ? words[4] : NULL);
  fprintf(stderr, "usage: see the top of rtsp-readers.c\n");
  return 64;
}
