"""Where fastcdc-1 cuts a file, by docs/design.md."""


def gear():
    state, low = 0, 0xFFFFFFFF
    for _ in range(256):
        state = z = state + 0x9E3779B9 & low
        z = (z ^ z >> 16) * 0x21F0AAAD & low
        z = (z ^ z >> 15) * 0x735A2D97 & low
        yield z ^ z >> 15


GEAR = list(gear())


def cuts(data, sizes):
    """Lengths of the chunks, in order; `sizes` is the object `chunks` of format.json."""
    start = 0
    while start < len(data):
        end, value = min(start + sizes["largest"], len(data)), 0
        for at in range(start + sizes["smallest"], end):
            value = (value << 1) + GEAR[data[at]] & 0xFFFFFFFF
            if value >> (32 - (18 if at - start < sizes["average"] else 14)) == 0:
                end = at + 1
                break
        yield end - start
        start = end
