import { startAws, type AwsOptions, type AwsRooms } from "../rooms/aws-platform.ts";
import { testRooms, type RoomFunctions } from "../rooms/contract.ts";
import { testRollOver } from "../rooms/roll-over-contract.ts";
import { testTable } from "../rooms/table-contract.ts";
import { openEmulated } from "./emulated-store.ts";

const start = (functions: RoomFunctions, options: AwsOptions = {}): Promise<AwsRooms> =>
  startAws(functions, { ...options, openStore: openEmulated });
testRooms("of a table on the emulator", start);
testRollOver("of a table on the emulator", start);
testTable("on the emulator", start);
