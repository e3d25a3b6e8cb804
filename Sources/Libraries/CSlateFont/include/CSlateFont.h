#pragma once
#include <stddef.h>
#include <stdint.h>

/// The glyph outlines of the offline slate; deploy/slate-font.py makes them and tells the format.
const uint8_t *liveview_slate_font_bytes(void);
size_t liveview_slate_font_size(void);
