"""Finds the source lines that have instructions in a linked program, by its section `.debug_line` (DWARF 4)."""

import os
import struct

from leb128 import sleb, string, uleb
from units import folders


class LineTable:
    """The line tables of a program: a map from a source file to its lines that are linked."""

    def __init__(self, elf):
        self.lines = {}
        self._functions = {address for address, _ in elf.functions}
        data, at = elf.section(".debug_line"), 0
        self._folders = folders(elf)
        while at < len(data):
            length, version = struct.unpack_from("<IH", data, at)
            if version != 4:
                raise ValueError(f"DWARF {version} is not supported")
            self._read_unit(data, at, at + 4 + length)
            at += 4 + length

    def _read_unit(self, data, start, end):
        header, = struct.unpack_from("<I", data, start + 6)
        program = start + 10 + header
        _, _, _, base, span, first_special = struct.unpack_from("<BBBbBB", data, start + 10)
        lengths = data[start + 16:start + 15 + first_special]
        directories, at = [self._folders.get(start, "")], start + 15 + first_special
        while data[at]:
            text, at = string(data, at)
            directories.append(text)
        files, at = [None], at + 1
        while data[at]:
            text, at = string(data, at)
            directory, at = uleb(data, at)
            at = uleb(data, uleb(data, at)[1])[1]
            files.append(os.path.normpath(os.path.join(directories[0], directories[directory], text)))
        self._run(data[program:end], files, base, span, lengths)

    def _run(self, code, files, base, span, lengths):
        """Runs a line program. A sequence that does not start at a function's address was dropped by the linker."""
        at, file, line, linked = 0, 1, 1, False
        while at < len(code):
            opcode, at = code[at], at + 1
            if opcode > len(lengths):
                line += base + (opcode - len(lengths) - 1) % span
                self._note(files[file], line, linked)
            elif opcode == 0:
                length, at = uleb(code, at)
                if code[at] == 1:  # DW_LNE_end_sequence
                    file, line, linked = 1, 1, False
                elif code[at] == 2:  # DW_LNE_set_address
                    linked = struct.unpack_from("<I", code, at + 1)[0] & ~1 in self._functions
                at += length
            elif opcode == 1:  # DW_LNS_copy
                self._note(files[file], line, linked)
            elif opcode == 3:  # DW_LNS_advance_line
                by, at = sleb(code, at)
                line += by
            elif opcode == 4:  # DW_LNS_set_file
                file, at = uleb(code, at)
            elif opcode == 9:  # DW_LNS_fixed_advance_pc
                at += 2
            else:
                for _ in range(lengths[opcode - 1]):
                    _, at = uleb(code, at)

    def _note(self, file, line, linked):
        if linked:
            self.lines.setdefault(file, set()).add(line)
