"""Octet strings as Python 2 had them.

The test suite was written for Python 2, where a `str` is a row of octets. In the converted
package a `str` stands for the octets of its code points (Latin-1), so that the cases read and
compare as their authors wrote them; these functions are the border to Python 3's `bytes`.
"""

import binascii


def encode(octets):
    """`bytes` of an octet string; `bytes` pass through."""
    return octets if isinstance(octets, (bytes, bytearray)) else octets.encode("latin-1")


def decode(data):
    """The octet string of `bytes`."""
    return data if isinstance(data, str) else bytes(data).decode("latin-1")


def b2a_hex(octets):
    """Hexadecimal digits, as `str`."""
    return binascii.b2a_hex(encode(octets)).decode("ascii")


def log_binary(data, maxlen=64):
    """What the suite's `binLogData` returns: digits of at most `maxlen` octets."""
    if len(data) > maxlen - 4:
        return b2a_hex(data[:maxlen]) + " ..."
    return b2a_hex(data)


def log_text(data, maxlen=64, replace=False):
    """What the suite's `asciiLogData` returns: text where the octets are UTF-8, else digits."""
    octets = encode(data)
    shown = octets[:maxlen] + b" ..." if len(octets) > maxlen - 4 else octets
    try:
        return shown.decode("utf-8", errors="replace" if replace else "strict")
    except UnicodeDecodeError:
        return "0x" + log_binary(octets, maxlen)
