#include "CSlateFont.h"

// In the binary, because an image or a gateway gets nothing but the binary. In C, because the
// same bytes as a Swift array take the compiler 12 s in place of 0.03 s.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t font[] = {
#embed "slate-font.bin"
};

const uint8_t *liveview_slate_font_bytes(void) { return font; }
size_t liveview_slate_font_size(void) { return sizeof font; }
