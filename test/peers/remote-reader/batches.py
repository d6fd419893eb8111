"""Batches of runs and of run-cache entries, by docs/design.md."""
from struct import iter_unpack, unpack

import zstandard
from blake3 import blake3


def read_batch(path, check):
    """Records as (name, bytes), and the digests of what they need of the remote; every digest is checked."""
    data = path.read_bytes()
    magic, version, records, needs, blocks, at, tables = unpack("<8s4IQ32s", data[-64:])
    needs_at, blocks_at = at + 80 * records, at + 80 * records + 40 * needs
    check(blake3(data).hexdigest() == path.name and data[:16] == b"mlo-batch 1\n".ljust(16, b"\0"), path)
    check((magic, version) == (b"mloBatch", 1) and blocks_at + 40 * blocks == len(data) - 64, "footer of", path)
    check(blake3(data[at:-64]).digest() == tables, "tables of", path)
    text, start = b"", 16
    for key, stored, length in iter_unpack("<32s2I", data[blocks_at:-64]):
        frame = data[start : start + stored]
        check(blake3(frame).digest() == key and length <= 2**20, "block of", path)
        raw = zstandard.ZstdDecompressor().decompress(frame, max_output_size=length)
        check(len(raw) == length, "length of a block of", path)
        text, start = text + raw, start + stored
    check(start == at, "blocks of", path)
    found = []
    for name, revision, position, length in iter_unpack("<32s32s2Q", data[at:needs_at]):
        record = text[position : position + length]
        check(len(record) == length and blake3(record).digest() == revision, "record of", path)
        found.append((name.hex(), record))
    return found, [key.hex() for key, _kind, _zero in iter_unpack("<32s2I", data[needs_at:blocks_at])]
