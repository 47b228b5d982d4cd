"""Makes the installed Autobahn test suite, which is Python 2 source, run on Python 3.

    python port.py <site-packages>

Works on the copy that pip installed; nothing of the suite is kept in this repository. Three
steps: lib2to3's fixers (syntax, implicit relative imports, `has_key`, `xrange`), then the edits
below (what no fixer can know), then a marker file, so that a second run does nothing. Every edit
must apply: a suite of another version stops here and not in the middle of a run.
"""

import re
import sys
from pathlib import Path

try:
    from lib2to3.refactor import RefactoringTool, get_fixers_from_package

    FIXES = "lib2to3.fixes"
except ImportError:  # Python 3.13 dropped lib2to3; fissix is the same code as a package
    from fissix.refactor import RefactoringTool, get_fixers_from_package

    FIXES = "fissix.fixes"

MARKER = ".ported-to-python-3"

# File (a glob in the package) -> edits after the fixers, each a pattern and what takes its place.
EDITS = {
    "fuzzing.py": [
        # TLS needs pyOpenSSL; the fuzzer talks to loopback.
        (r"from twisted.internet import reactor, ssl", "from twisted.internet import reactor"),
        (r"self\.contextFactory = ssl\.ClientContextFactory\(\)", "self.contextFactory = None"),
        (r"p = ''\.join\(payload\)", "p = b''.join(payload)"),
        (r"binascii\.b2a_hex\(", "octets.b2a_hex("),
        (r"import autobahn\n", "import octets\nimport autobahn\n"),
        (r"(?s)def binLogData\(.*?\n\n\n(?=\nclass FuzzingProtocol)",
         "binLogData = octets.log_binary\nasciiLogData = octets.log_text\n\n"),
    ],
    "case/case.py": [
        # Pickles of equal values differ where one of them holds the same string object twice.
        (r"return pickle\.dumps\(obj1\) == pickle\.dumps\(obj2\)", "return obj1 == obj2"),
    ],
    "case/case6_x_x.py": [
        (r"v\.validate\(vss\[:i\]\)", "v.validate(octets.encode(vss[:i]))"),
    ],
    "case/case9_9_1.py": [
        (r"from zope\.interface import implements", "from zope.interface import implementer"),
        (r"class FrameProducer:\s+implements\(interfaces\.IPushProducer\)",
         "@implementer(interfaces.IPushProducer)\nclass FrameProducer:"),
    ],
    "case/case10_1_1.py": [
        (r"len\(self\.payload\) / self", "len(self.payload) // self"),
    ],
    "case/case12_x_x.py": [
        (r"m\.update\(msg\)", "m.update(octets.encode(msg))"),
        (r"msg = msg\.decode\('utf-8'\)", "msg = octets.encode(msg).decode('utf-8')"),
        (r"msg = ''", "msg = type(payload)()"),
    ],
}

# In every case file, where it occurs.
CASE_EDITS = [
    # `object` before a class that descends from it is an error in Python 3.
    (r"\(object, Case, \)", "(Case, )"),
    (r"binascii\.b2a_hex\(", "octets.b2a_hex("),
    (r"binascii\.hexlify\(", "octets.b2a_hex("),
]

# Only what a fuzzing client needs is imported; the package's own list draws in every other mode.
PACKAGE_INIT = "from ._version import __version__\n\nversion = __version__\n"


def edit(text, pattern, replacement):
    return re.subn(pattern, lambda _: replacement, text)


def port_file(path, name, tool):
    # Latin-1: each octet of the file becomes one character of a literal, as Python 2 reads it.
    text = path.read_bytes().decode("latin-1").replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    text = str(tool.refactor_string(text, str(path)))
    for pattern, replacement in EDITS.get(name, []):
        text, count = edit(text, pattern, replacement)
        if count == 0:
            raise SystemExit(f"port.py: {name} has nothing like {pattern!r}: another version?")
    if name.startswith("case/"):
        for pattern, replacement in CASE_EDITS:
            text, _ = edit(text, pattern, replacement)
        if "octets." in text:
            text = re.sub(r"(?m)^(from|import) ", r"import octets\n\1 ", text, count=1)
    # The other half of reading as Latin-1; every converted file says the encoding it now has.
    text = re.sub(r"\A# coding=.*\n", "", text)
    path.write_text("# coding=utf-8\n" + text, encoding="utf-8")


def main(site_packages):
    package = Path(site_packages) / "autobahntestsuite"
    marker = package / MARKER
    if marker.exists():
        return
    tool = RefactoringTool(get_fixers_from_package(FIXES))
    names = ["caseset.py", "report.py", "fuzzing.py"]
    names += sorted(f"case/{path.name}" for path in (package / "case").glob("*.py"))
    missing = set(EDITS) - set(names)
    if missing:
        raise SystemExit(f"port.py: the suite has no {sorted(missing)}: another version?")
    for name in names:
        port_file(package / name, name, tool)
    (package / "__init__.py").write_text(PACKAGE_INIT)

    # Autobahn 0.10.9 runs on Python 3 but for one division, in the payload repeater for fuzzers.
    protocol = Path(site_packages) / "autobahn" / "websocket" / "protocol.py"
    text, count = edit(
        protocol.read_text(encoding="utf-8"),
        r"range\(payload_len / len\(payload\)\)",
        "range(payload_len // len(payload))",
    )
    if count != 1:
        raise SystemExit("port.py: autobahn has no payload repeater: another version?")
    protocol.write_text(text, encoding="utf-8")
    marker.write_text("")
    print(f"ported {len(names)} files")


if __name__ == "__main__":
    main(sys.argv[1])
