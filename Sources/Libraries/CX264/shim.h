#pragma once
// x264.h wants the fixed-width types to be there before it.
#include <stdint.h>
#include <x264.h>

// x264_encoder_open is a macro that carries the library's build number; Swift sees functions only.
static inline x264_t *liveview_x264_open(x264_param_t *parameters) {
  return x264_encoder_open(parameters);
}
