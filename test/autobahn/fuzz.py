"""Runs the (ported) Autobahn fuzzing client and writes what each case found as one JSON file.

    python fuzz.py <spec.json> <result.json>

The spec is the suite's own format (`servers`, `cases`, `exclude-cases`).
"""

import json
import sys
import warnings

# The suite imports pkg_resources, which warns that it will go.
warnings.filterwarnings("ignore", category=UserWarning)
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=SyntaxWarning)

import octets  # noqa: E402
from autobahntestsuite import fuzzing  # noqa: E402
from twisted.internet import reactor  # noqa: E402


class OctetProtocol(fuzzing.FuzzingClientProtocol):
    """Border between the cases' octet strings and the bytes Autobahn sends and receives."""

    def sendFrame(self, opcode, payload="", *rest, **options):
        return super().sendFrame(opcode, octets.encode(payload), *rest, **options)

    def sendMessage(self, payload, isBinary=False, *rest, **options):
        return super().sendMessage(octets.encode(payload), isBinary, *rest, **options)

    def sendMessageFrame(self, payload, *rest, **options):
        return super().sendMessageFrame(octets.encode(payload), *rest, **options)

    def sendMessageFrameData(self, payload, *rest, **options):
        return super().sendMessageFrameData(octets.encode(payload), *rest, **options)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        reason = None if reasonUtf8 is None else octets.encode(reasonUtf8)
        return super().sendCloseFrame(code, reason, isReply)

    def onMessage(self, payload, isBinary):
        return super().onMessage(octets.decode(payload), isBinary)

    def onPong(self, payload):
        return super().onPong(octets.decode(payload))


class CollectingFactory(fuzzing.FuzzingClientFactory):
    """Writes one JSON file instead of the suite's folder of HTML and JSON reports."""

    result_file = None

    def createReports(self):
        results = {}
        for cases in self.agents.values():
            for case_id, case in cases.items():
                results[case_id] = {
                    key: case[key]
                    for key in (
                        "behavior",
                        "behaviorClose",
                        "result",
                        "resultClose",
                        "expected",
                        "received",
                        "remoteCloseCode",
                        "closedByMe",
                        "wasClean",
                        "wasNotCleanReason",
                        "duration",
                        "description",
                    )
                }
        order = [case_id for case_id in self.specCases if case_id in results]
        report = {"asked": self.specCases, "cases": {case_id: results[case_id] for case_id in order}}
        with open(self.result_file, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1, default=octets.decode)


def main(spec_file, result_file):
    with open(spec_file, encoding="utf-8") as file:
        spec = json.load(file)
    # The suite's factory makes protocols by this name.
    fuzzing.FuzzingClientProtocol = OctetProtocol
    CollectingFactory.result_file = result_file
    CollectingFactory(spec)
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
