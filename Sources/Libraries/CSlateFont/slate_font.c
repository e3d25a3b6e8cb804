#include "CSlateFont.h"

// In the binary, because an image or a gateway gets nothing but the binary. Swift's own ways to
// embed bytes take the compiler minutes for as many.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t font[] = {
#embed "slate-font.bin"
};

const uint8_t *liveview_slate_font_bytes(void) { return font; }
size_t liveview_slate_font_size(void) { return sizeof font; }
