/**
 * Megabytes an environment may take beyond its function's memory before it is ended: what the language's
 * runtime has for itself, and garbage, of which there is more on one machine than on another. The number
 * is ours; on AWS it is in the limit.
 */
export const memoryAllowanceMb = 64;
