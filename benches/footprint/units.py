"""Reads the folder in which each unit was compiled from `.debug_info` (DWARF 4). The unit's paths are relative to it."""

import struct

from leb128 import string, uleb

DW_AT_STMT_LIST, DW_AT_COMP_DIR = 0x10, 0x1b
DW_FORM_STRP = 0x0e
# The size in bytes of each form in the first entry of a unit.
SIZES = {0x01: 4, 0x05: 2, 0x06: 4, 0x0b: 1, DW_FORM_STRP: 4, 0x17: 4, 0x19: 0}


def folders(elf):
    """Returns a map from the offset of a unit's line table in `.debug_line` to the unit's folder."""
    info, abbreviations, strings = (elf.section(f".debug_{name}") for name in ("info", "abbrev", "str"))
    found, at = {}, 0
    while at < len(info):
        length, version, table = struct.unpack_from("<IHI", info, at)
        if version != 4:
            raise ValueError(f"DWARF {version} is not supported")
        # The first entry of a unit uses the first abbreviation of its table.
        _, value = uleb(info, at + 11)
        _, form = uleb(abbreviations, table)
        _, form = uleb(abbreviations, form)
        form += 1
        values = {}
        while True:
            attribute, form = uleb(abbreviations, form)
            kind, form = uleb(abbreviations, form)
            if attribute == 0:
                break
            values[attribute] = int.from_bytes(info[value:value + SIZES[kind]], "little")
            value += SIZES[kind]
        if DW_AT_STMT_LIST in values:
            found[values[DW_AT_STMT_LIST]] = string(strings, values[DW_AT_COMP_DIR])[0]
        at += 4 + length
    return found
