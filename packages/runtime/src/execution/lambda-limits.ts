// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, to which the runtime's
// own client adds a hundred bytes.

/** Lambda refuses larger events. */
export const maximumEventBytes = 6_291_456;

/** Lambda refuses larger results. */
export const maximumPayloadBytes = 6_291_556;
