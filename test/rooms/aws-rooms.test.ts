import { startAws } from "./aws-platform.ts";
import { testRooms } from "./contract.ts";
import { testRollOver } from "./roll-over-contract.ts";
import { testTable } from "./table-contract.ts";

testRooms("of a table on AWS", startAws);
testRollOver("of a table on AWS", startAws);
testTable("on AWS", startAws);
