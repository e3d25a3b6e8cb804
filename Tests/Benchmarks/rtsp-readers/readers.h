/* What the parts of rtsp-readers share. */
#pragma once
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

typedef struct {
  double *values;
  size_t count, room;
} samples;

/* Of all viewers; touched with `lock` held. */
typedef struct {
  bool is_measuring, is_printing;
  FILE *stream_file;
  samples skews, gaps;
  uint64_t pictures, idrs, bytes, lost_packets, framing_losses, closed;
} reception;

extern pthread_mutex_t lock;
extern reception total;

/* reception.c */
void fail(const char *what, const char *more);
int64_t now_ns(void);
void add(samples *all, double value);
void print_spread(const char *name, samples *all);
size_t frames(viewer *v, const uint8_t *bytes, size_t count, int64_t at);
void keep(viewer *v, const uint8_t *bytes, size_t count);
void receive_tcp(viewer *v);
void receive_udp(viewer *v);

/* session.c */
viewer *play(const char *url, bool over_udp);
void leave(viewer *v, const char *url);
