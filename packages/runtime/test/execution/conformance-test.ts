/** Declares one test of a strategy; a strategy may skip it by name. */
export type ConformanceTest = (name: string, run: () => Promise<void>) => void;
