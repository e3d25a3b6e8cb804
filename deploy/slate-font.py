#!/usr/bin/env python3
"""Draws the glyphs of the offline slate from Noto Sans and Noto Sans CJK JP into one small file.

Run it again only when the wording of the slate changes (Sources/Pipeline/Offline/Slate); its
result is committed, so neither a build nor the bridge needs fonts. From the repository's root:

    apt-get install fonts-noto-core fonts-noto-cjk && pip install fonttools
    python3 deploy/slate-font.py [FONT_ROOT]

FONT_ROOT is where the fonts lie, /usr/share/fonts unless told. Written is
Sources/Libraries/CSlateFont/slate-font.bin. Its format (integers are LEB128 varints, signed ones
zigzag-coded; coordinates are 1/500 em, y upwards, each point relative to the one before, a
contour's first to the first of the contour before):

    "SLATEFNT"  length and text of the licence notice
    number of faces (0 regular, 1 bold); per face: number of glyphs; per glyph, in rising order:
        code point minus the one before, advance, length of the outline in bytes, outline
    outline: steps of one byte, run << 3 | operation, and the points of `run` such operations:
        0 new contour at point, 1 line, 2 quadratic (control, end), 3 cubic (2 controls, end),
        4 horizontal line (dx), 5 vertical line (dy); contours close themselves
"""

import sys
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTCollection, TTFont

UNITS_PER_EM = 500
NOTICE = (
    "Outlines from Noto Sans, Copyright 2015 Google LLC, and Noto Sans CJK JP, "
    "(c) 2014-2021 Adobe. Licensed under the SIL Open Font License, Version 1.1: "
    "https://openfontlicense.org"
)
WORDING = Path("Sources/Pipeline/Offline/Slate/SlateWording.swift")
RESULT = Path("Sources/Libraries/CSlateFont/slate-font.bin")

FALLBACK = "\u25a1"
ASCII = {chr(code) for code in range(0x20, 0x7F)}
LATIN_1 = {chr(code) for code in range(0xA1, 0x100)} - {"\u00ad"}
PUNCTUATION = set("–—‘’“”•…·" + FALLBACK)
KANA = {chr(code) for code in range(0x3041, 0x30FF) if not 0x3097 <= code <= 0x309A}
HALF_WIDTH_KANA = {chr(code) for code in range(0xFF61, 0xFFA0)}
CJK_PUNCTUATION = set("、。々〇「」『』【】〒〜（）！？：～")
# What people name cameras by: places, directions, numbers, seasons.
NAME_KANJI = set(
    "一二三四五六七八九十百千号番第機台階棟室館店場所口門入出玄関廊下庭屋上中外内側"
    "東西南北左右前後正面横奥駐車道路橋駅港海山川空森畑池湖島村町市区県都府国"
    "工場倉庫会議事務受付教学校病院公園寺社城家犬猫鳥花木水火土金月日年時分"
    "大小高低新旧白黒赤青緑黄春夏秋冬朝昼夜監視定点観測望遠広角仮予備主副"
)


class OutlinePen(BasePen):
    """Collects operations with absolute, quantised points."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.operations = []

    def point(self, at):
        scale = UNITS_PER_EM / 1000
        return (round(at[0] * scale), round(at[1] * scale))

    def _moveTo(self, at):
        self.operations.append((0, [self.point(at)]))

    def _lineTo(self, at):
        self.operations.append((1, [self.point(at)]))

    def _qCurveToOne(self, control, end):
        self.operations.append((2, [self.point(control), self.point(end)]))

    def _curveToOne(self, first, second, end):
        self.operations.append((3, [self.point(p) for p in (first, second, end)]))


def varint(value):
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def signed(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def encoded(operations):
    """Steps with runs; lines of no length vanish, straight ones lose a coordinate."""
    steps, (x, y), start = [], (0, 0), (0, 0)
    for index, (operation, points) in enumerate(operations):
        closes = index + 1 == len(operations) or operations[index + 1][0] == 0
        if operation == 1 and (points[0] == (x, y) or (closes and points[0] == start)):
            continue
        if operation == 0:
            x, y = start  # the contour before has closed itself
        deltas = []
        for px, py in points:
            deltas.append((px - x, py - y))
            x, y = px, py
        if operation == 0:
            start = (x, y)
        numbers = [number for delta in deltas for number in delta]
        if operation == 1 and numbers[1] == 0:
            operation, numbers = 4, numbers[:1]
        elif operation == 1 and numbers[0] == 0:
            operation, numbers = 5, numbers[1:]
        if steps and steps[-1][0] == operation and steps[-1][1] < 31:
            steps[-1][1] += 1
            steps[-1][2].extend(numbers)
        else:
            steps.append([operation, 1, numbers])
    return b"".join(
        bytes([run << 3 | operation]) + b"".join(signed(number) for number in numbers)
        for operation, run, numbers in steps
    )


def face(characters, fonts):
    """The glyphs of `characters`, each from the first font that has it."""
    tables = [(font.getGlyphSet(), font.getBestCmap()) for font in fonts]
    result, previous, count = b"", 0, 0
    for character in sorted(characters):
        code = ord(character)
        # Where both have a glyph, kana and CJK punctuation are Japanese, all else is Latin.
        glyphs, names = next((t for t in tables if code in t[1]), (None, None))
        if glyphs is None:
            print(f"no font has U+{code:04X}")
            continue
        glyph = glyphs[names[code]]
        pen = OutlinePen(glyphs)
        glyph.draw(pen)
        outline = encoded(pen.operations)
        advance = round(glyph.width * UNITS_PER_EM / 1000)
        result += varint(code - previous) + varint(advance) + varint(len(outline)) + outline
        previous, count = code, count + 1
    return varint(count) + result


def font(root, latin, name):
    path = next(iter(sorted(root.rglob(name))), None)
    if path is None:
        sys.exit(f"{name} is not under {root}: install fonts-noto-core and fonts-noto-cjk")
    return TTFont(path) if latin else TTCollection(path).fonts[0]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts")
    wording = {c for c in WORDING.read_text(encoding="utf-8") if ord(c) > 0x7F}
    names = ASCII | LATIN_1 | PUNCTUATION | KANA | HALF_WIDTH_KANA | CJK_PUNCTUATION | NAME_KANJI
    faces = []
    for weight, characters in (("Regular", names | wording), ("Bold", ASCII | wording)):
        fonts = [
            font(root, True, f"NotoSans-{weight}.ttf"),
            font(root, False, f"NotoSansCJK-{weight}.ttc"),
        ]
        faces.append(face(characters, fonts))
        print(f"{weight}: {len(characters)} glyphs, {len(faces[-1])} bytes")
    notice = NOTICE.encode()
    RESULT.write_bytes(
        b"SLATEFNT" + varint(len(notice)) + notice + varint(len(faces)) + b"".join(faces)
    )
    print(f"{RESULT}: {RESULT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
