#!/usr/bin/env python3
"""Draws the application's icons: three level bars on a teal tile. Standard library only.

Run it after a change and commit what it writes; nothing runs it at build time.
The tray's icons are not drawn here but in src/tray/draw.rs, because they follow the state.
"""

import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
TILE = (0x0B, 0x6B, 0x74)  # accent-solid of the pages
BARS = (0xFF, 0xFF, 0xFF)
# On a 32 px grid: left, top, right, bottom. Whole pixels at 32, so the smallest icon is crisp.
MARK = [(7, 13, 11, 20), (14, 6, 18, 26), (21, 10, 25, 23)]
SAMPLES = 4  # per side of a pixel


def in_rounded(x, y, left, top, right, bottom, radius):
    if not (left <= x <= right and top <= y <= bottom):
        return False
    dx = max(left + radius - x, x - (right - radius), 0)
    dy = max(top + radius - y, y - (bottom - radius), 0)
    return dx * dx + dy * dy <= radius * radius


def pixel(px, py, size):
    scale = 32 / size
    tile = bars = 0
    for sy in range(SAMPLES):
        for sx in range(SAMPLES):
            x = (px + (sx + 0.5) / SAMPLES) * scale
            y = (py + (sy + 0.5) / SAMPLES) * scale
            if in_rounded(x, y, 1, 1, 31, 31, 7):
                tile += 1
                bars += any(in_rounded(x, y, *bar, (bar[2] - bar[0]) / 2) for bar in MARK)
    if not tile:
        return bytes(4)
    share = bars / tile
    ink = [round(a + (b - a) * share) for a, b in zip(TILE, BARS)]
    return bytes(ink + [round(255 * tile / SAMPLES**2)])


def png(size):
    rows = b"".join(
        b"\0" + b"".join(pixel(x, y, size) for x in range(size)) for y in range(size)
    )

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def ico(images):
    """A Windows icon: a directory of PNGs."""
    offset = 6 + 16 * len(images)
    entries, bodies = b"", b""
    for size, body in images:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(body), offset + len(bodies))
        bodies += body
    return struct.pack("<HHH", 0, 1, len(images)) + entries + bodies


def icns(images):
    """A macOS icon: typed PNGs one after the other."""
    body = b"".join(kind + struct.pack(">I", len(image) + 8) + image for kind, image in images)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main():
    drawn = {size: png(size) for size in (16, 32, 48, 128, 256, 512)}
    for size in (32, 128, 256, 512):
        (HERE / f"{size}x{size}.png").write_bytes(drawn[size])
    (HERE / "icon.ico").write_bytes(ico([(s, drawn[s]) for s in (16, 32, 48, 256)]))
    (HERE / "icon.icns").write_bytes(icns([(b"ic07", drawn[128]), (b"ic08", drawn[256]), (b"ic09", drawn[512])]))


main()
