/** The room has noticed already. */
export const handler = async () => ({ statusCode: 200 });
