/** For files whose names change with their content. */
export const cachedForEver = "public, max-age=31536000, immutable";
/** For other files, which browsers revalidate each time. */
export const askedEachTime = "public, max-age=0, must-revalidate";
