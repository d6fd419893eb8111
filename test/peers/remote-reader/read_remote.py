"""Another client of a remote, written from docs/design.md alone: checks every digest of a folder remote and prints a tree of it.

Usage: read_remote.py <folder of the remote> <pointer, e.g. data.mlo> [<folder to restore into>]
"""
import json, os, sys, zlib
from pathlib import Path
from struct import iter_unpack, unpack, unpack_from

import zstandard
from blake3 import blake3

from batches import read_batch
from chunks import cuts


def check(holds, *what):
    if not holds:
        sys.exit("broken: " + " ".join(map(str, what)))


def is_sorted(keys):
    return all(a < b for a, b in zip(keys, keys[1:]))


def entry(stored, length_and_encoding):
    length, encoding = length_and_encoding & 0x3FFFFFFF, length_and_encoding >> 30
    data = zstandard.ZstdDecompressor().decompress(stored, max_output_size=length) if encoding == 1 else stored
    check(encoding in (0, 1) and len(data) == length, "length of an entry")
    return data


def read_pack(path):
    """Objects by digest, and the places that its rows give them; every object has its digest."""
    pack = path.read_bytes()
    magic, version, count, at, size, tables, zero, crc = unpack("<8s4I32s2I", pack[-64:])
    check(blake3(pack).hexdigest() == path.name and path.parent.name == path.name[:2], path)
    check((pack[:16], magic, version, zero) == (b"mlo-pack 1\n".ljust(16, b"\0"), b"mloPack\n", 1, 0), "frame of", path)
    check(crc == zlib.crc32(pack[-64:-4]) and at + size == len(pack) - 64 and size == 1024 + 44 * count, "footer of", path)
    check(blake3(pack[at:-64]).digest() == tables, "tables of", path)
    rows = {key.hex(): place for key, *place in iter_unpack("<32s3I", pack[at + 1024 : -64])}
    counts = [sum(int(key[:2], 16) <= first for key in rows) for first in range(256)]
    check(is_sorted(list(rows)) and len(rows) == count and list(unpack_from("<256I", pack, at)) == counts, "rows of", path)
    objects = {key: entry(pack[start : start + stored], word) for key, (start, stored, word) in rows.items()}
    check(all(blake3(data).hexdigest() == key for key, data in objects.items()), "an object in", path)
    return len(pack), rows, objects


def read_index(path, packs):
    """Objects that the index places in a pack, and (length, recipe) of large files."""
    data = path.read_bytes()
    magic, pack_count, row_count, recipe_count, zero = unpack_from("<16s4I", data)
    rows_at = 32 + 40 * pack_count
    recipes_at = rows_at + 48 * row_count
    check(blake3(data).hexdigest() == path.name and (magic, zero) == (b"mlo-index 1\n".ljust(16, b"\0"), 0), path)
    check(len(data) == recipes_at + 72 * recipe_count, "length of", path)
    names = {key.hex(): length for key, length in iter_unpack("<32sQ", data[32:rows_at])}
    rows = {key.hex(): (list(names)[pack], place) for key, pack, *place in iter_unpack("<32s4I", data[rows_at:recipes_at])}
    recipes = {key.hex(): (length, recipe.hex()) for key, length, recipe in iter_unpack("<32sQ32s", data[recipes_at:])}
    for table, count in ((names, pack_count), (rows, row_count), (recipes, recipe_count)):
        check(is_sorted(list(table)) and len(table) == count, "order in", path)
    check(all(packs[name][0] == length for name, length in names.items()), "length of a pack in", path)
    check(all(packs[pack][1][key] == place for key, (pack, place) in rows.items()), "a place in", path)
    return {key: packs[pack][2][key] for key, (pack, _) in rows.items()}, recipes


def large_file(size, recipe, objects, sizes):
    check(recipe[:16] == b"mlo-recipe 1\n".ljust(16, b"\0") and unpack_from("<Q", recipe, 16) == (size,), "a recipe")
    parts = [(objects[chunk.hex()], length) for chunk, length in iter_unpack("<32sI", recipe[24:])]
    data = b"".join(part for part, _ in parts)
    check(len(data) == size and all(len(part) == length for part, length in parts), "lengths of chunks")
    check([length for _, length in parts] == list(cuts(data, sizes)), "cuts of a large file")
    return data


def read_remote(root):
    """Objects by digest, large files too, and records of runs and of the run-cache."""
    form = json.loads((root / "format.json").read_text())
    check((form["schema"], form["hash"], form["chunks"]["method"]) == (1, "blake3-256", "fastcdc-1"), "format.json")
    packs = {path.name: read_pack(path) for path in root.glob("packs/??/*")}
    indexes = [read_index(path, packs) for path in root.glob("index/*")]
    objects = {key: data for rows, _ in indexes for key, data in rows.items()}
    for key, (size, recipe) in {key: row for _, recipes in indexes for key, row in recipes.items()}.items():
        objects[key] = large_file(size, objects[recipe], objects, form["chunks"])
        check(blake3(objects[key]).hexdigest() == key, "large file", key)
    runs = [read_batch(path, check) for path in root.glob("runs/*/*")]
    entries = [read_batch(path, check) for path in root.glob("run-cache/*")]
    check(all(key in objects for _, needs in entries for key in needs), "what the run-cache needs")
    for _, record in [each for found, _ in runs for each in found]:
        *lines, end = record.splitlines(keepends=True)
        check(json.loads(end)["blake3"] == blake3(b"".join(lines)).hexdigest(), "an exported run")
    return packs, objects, runs, entries


def unescape(name):
    """Of a line of a tree: a doubled backslash is one, a backslash, an x and two digits any byte."""
    raw = name.replace("\\\\", "\\x5c").split("\\x")
    return os.fsdecode(raw[0].encode() + b"".join(bytes([int(part[:2], 16)]) + part[2:].encode() for part in raw[1:]))


def walk(objects, kind, key, size, files, path):
    """What lies at and below `path`, as (kind, digest, path, bytes). Of a tree: `size` and `files` are sums over the files below."""
    data = objects[key]
    yield kind, key, path, data
    if kind != "tree":
        return check(len(data) == size, "size of", path)
    head, *lines, end = data.decode("ascii").split("\n")
    rows = [line.split(" ", 4 if line.startswith("tree ") else 3) for line in lines]
    names = [unescape(row[-1]) for row in rows]
    check((head, end) == ("mlo-tree 1", "") and is_sorted([os.fsencode(name) for name in names]), "tree", path)
    check(all(name not in ("", ".", "..") and "/" not in name and "\0" not in name for name in names), "names in", path)
    counted = [row for row in rows if row[0] != "symlink"]
    check(sum(int(row[2]) for row in counted) == size, "size of", path)
    check(sum(int(row[3]) if row[0] == "tree" else 1 for row in counted) == files, "files of", path)
    for row, name in zip(rows, names):
        check(row[0] in ("file", "exec", "symlink", "tree"), "kind of", name)
        yield from walk(objects, row[0], row[1], int(row[2]), int(row[3]) if row[0] == "tree" else 1, f"{path}/{name}")


def restore(kind, data, target):
    if kind == "tree":
        target.mkdir(parents=True, exist_ok=True)
    elif kind == "symlink":
        target.symlink_to(os.fsdecode(data))
    else:
        target.write_bytes(data)
        target.chmod(0o755 if kind == "exec" else 0o644)


def main(root, pointer_path, folder=None):
    packs, objects, runs, entries = read_remote(Path(root))
    pointer = json.loads(Path(pointer_path).read_text())
    check((pointer["hash"], pointer["schema"]) == ("blake3-256", 1), pointer_path)
    kind = pointer.get("kind") or pointer.get("mode") or "file"
    for what, key, path, data in walk(objects, kind, pointer["digest"], pointer["size"], pointer.get("files", 1), "."):
        print(json.dumps([what, key, len(data), path]))
        if folder:
            restore(what, data, Path(folder, path))
    records = [sum(len(found) for found, _ in batches) for batches in (runs, entries)]
    counts = {"packs": len(packs), "objects": len(objects), "runs": records[0], "entries": records[1]}
    print(json.dumps(counts))


main(*sys.argv[1:])
