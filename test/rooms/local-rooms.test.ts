import { testRooms } from "./contract.ts";
import { startLocal } from "./local-platform.ts";
import { testRollOver } from "./roll-over-contract.ts";

testRooms("of a gateway", startLocal);
testRollOver("of a gateway", startLocal);
