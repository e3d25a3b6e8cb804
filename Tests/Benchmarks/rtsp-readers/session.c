/* Opens and ends RTSP sessions. */
#include "readers.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
viewer *play(const char *url, bool over_udp) {
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

void leave(viewer *v, const char *url) {
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
