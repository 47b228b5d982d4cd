import { startAws, type AwsRooms } from "../rooms/aws-platform.ts";
import { testRooms, type RoomFunctions } from "../rooms/contract.ts";
import { testTable } from "../rooms/table-contract.ts";
import { openEmulated } from "./emulated-store.ts";

const start = (functions: RoomFunctions): Promise<AwsRooms> => startAws(functions, openEmulated);
testRooms("of a table on the emulator", start);
testTable("on the emulator", start);
