import { startAws, type AwsRooms } from "./aws-platform.ts";
import { testRooms, type RoomFunctions } from "./contract.ts";
import { testTable } from "./table-contract.ts";

const start = (functions: RoomFunctions): Promise<AwsRooms> => startAws(functions);
testRooms("of a table on AWS", start);
testTable("on AWS", start);
