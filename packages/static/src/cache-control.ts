/** Its name changes with its content, so that it may be kept for ever. */
export const cachedForEver = "public, max-age=31536000, immutable";
/** Asked for each time, which costs a 304. */
export const askedEachTime = "public, max-age=0, must-revalidate";
