"""Reads sections, symbols and references of a 32-bit little-endian ELF file."""

import bisect
import struct

R_ARM_ABS32 = 2
SHT_SYMTAB, SHT_REL = 2, 9
STT_FUNC = 2


class Elf:
    """A linked program. `functions` are the (address, name) of its functions, in order of address."""

    def __init__(self, path):
        self.bytes = path.read_bytes()
        table, = struct.unpack_from("<I", self.bytes, 32)
        entry, count, names = struct.unpack_from("<HHH", self.bytes, 46)
        self._headers = [struct.unpack_from("<10I", self.bytes, table + i * entry) for i in range(count)]
        self._names = [self.text(self._headers[names][4] + header[0]) for header in self._headers]
        self._symbols = list(self._read_symbols())
        self.functions = sorted((value & ~1, name) for name, value, _, kind in self._symbols if kind == STT_FUNC)

    def text(self, start):
        """Returns the string that starts at this offset of the file."""
        return self.bytes[start:self.bytes.index(b"\0", start)].decode()

    def section(self, name):
        """Returns the contents of a section, empty if there is no such section."""
        if name not in self._names:
            return b""
        header = self._headers[self._names.index(name)]
        return self.bytes[header[4]:header[4] + header[5]]

    def words(self, name):
        """Returns the contents of a section as 32-bit words."""
        return [word for word, in struct.iter_unpack("<I", self.section(name))]

    def flash(self):
        """Returns the number of bytes of code and constants."""
        return sum(len(self.section(name)) for name in (".text", ".rodata", ".data"))

    def sizes(self):
        """Returns the (name, size) of each symbol."""
        return [(name, size) for name, _, size, _ in self._symbols]

    def references(self):
        """Yields pairs of functions, each (address, name): the first one contains the address of the second."""
        addresses = [address for address, _ in self.functions]
        known = dict(self.functions)
        text = self._headers[self._names.index(".text")]
        for header in self._headers:
            if header[1] != SHT_REL or self._names[header[7]] != ".text":
                continue
            for at in range(header[4], header[4] + header[5], 8):
                place, info = struct.unpack_from("<II", self.bytes, at)
                _, target, _, kind = self._symbols[info >> 8]
                if kind != STT_FUNC and info & 0xff == R_ARM_ABS32:
                    # The relocation may name the section instead of a local function. The linker has written the address
                    # of the function, including its offset, into the code.
                    target, = struct.unpack_from("<I", self.bytes, text[4] + place - text[3])
                if target & ~1 in known:
                    source = self.functions[bisect.bisect(addresses, place) - 1]
                    yield source, (target & ~1, known[target & ~1])

    def _read_symbols(self):
        for header in self._headers:
            if header[1] == SHT_SYMTAB:
                strings = self._headers[header[6]][4]
                for at in range(header[4], header[4] + header[5], 16):
                    name, value, size, info = struct.unpack_from("<IIIB", self.bytes, at)
                    yield self.text(strings + name), value, size, info & 15
