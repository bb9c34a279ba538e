"""Decodes numbers and strings of DWARF. Each function returns the value and the offset of its end."""


def string(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def uleb(data, at):
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def sleb(data, at):
    value, end = uleb(data, at)
    bits = 7 * (end - at)
    return value - (value >> bits - 1 << bits), end
