import type { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { shownAddresses } from "../src/shown-addresses.ts";

function address(text: string, family: "IPv4" | "IPv6", internal = false): object {
  return { address: text, family, internal, netmask: "", mac: "", cidr: null, scopeid: 0 };
}

// Of the shape of Node.js, as far as it is read.
const interfaces = {
  lo: [address("127.0.0.1", "IPv4", true), address("::1", "IPv6", true)],
  wlan0: [
    address("fe80::1", "IPv6"),
    address("2001:db8::20", "IPv6"),
    address("192.168.1.20", "IPv4"),
  ],
} as unknown as ReturnType<typeof networkInterfaces>;

const local = { host: "localhost", port: 3333, isSecure: false, publicUrl: null };

describe("an app is named", () => {
  test("by localhost, when only that listens", () => {
    expect(shownAddresses(local, interfaces)).toEqual({
      url: "http://localhost:3333",
      networkUrl: null,
      webSocketUrl: "ws://localhost:3333",
    });
  });

  test.each(["0.0.0.0", "::"])("by its address in the network, when %s listens", (host) => {
    expect(shownAddresses({ ...local, host }, interfaces)).toEqual({
      url: "http://localhost:3333",
      networkUrl: "http://192.168.1.20:3333",
      webSocketUrl: "ws://192.168.1.20:3333",
    });
  });

  test("by an IPv6 address, when there is no other", () => {
    const { wlan0 = [] } = interfaces;
    const shown = shownAddresses({ ...local, host: "::" }, { wlan0: wlan0.slice(0, 2) });
    expect(shown.networkUrl).toBe("http://[2001:db8::20]:3333");
  });

  test("by localhost, on a machine without a network", () => {
    const { lo = [] } = interfaces;
    const shown = shownAddresses({ ...local, host: "0.0.0.0" }, { lo });
    expect(shown).toMatchObject({ networkUrl: null, webSocketUrl: "ws://localhost:3333" });
  });

  test("with TLS, by https and wss", () => {
    expect(shownAddresses({ ...local, isSecure: true }, interfaces)).toMatchObject({
      url: "https://localhost:3333",
      webSocketUrl: "wss://localhost:3333",
    });
  });

  test("by the public URL to pages, by localhost to this machine", () => {
    const publicUrl = "https://app.example";
    expect(shownAddresses({ ...local, host: "0.0.0.0", publicUrl }, interfaces)).toMatchObject({
      url: "http://localhost:3333",
      networkUrl: "http://192.168.1.20:3333",
      webSocketUrl: "wss://app.example",
    });
  });
});
